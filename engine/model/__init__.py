"""Models: folders in diffusers' layout, found, checked, loaded and placed on a device."""
