"""Models: folders in diffusers' layout, found, fetched, checked, loaded and placed on a device."""
