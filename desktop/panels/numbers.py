"""A number to type, with limits that are told rather than enforced in silence."""

from __future__ import annotations

import re
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSlider, QWidget

NUMBER = re.compile(r"[-+]?\d*[.,]?\d*(e[-+]?\d*)?", re.IGNORECASE)
MOST_DECIMALS = 6


class NumberEdit(QDoubleSpinBox):
    """A spin box that lets any number be typed, and says so when it isn't accepted.

    The wheel changes it only while it has the focus, so that scrolling the column changes nothing by accident.

    Signals:
        refused(str): what was typed isn't accepted; the value before stands again.
    """

    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_exact(self, value: float) -> None:
        """Set a value as it is: limits and decimals widen for it, so that nothing is changed in silence."""
        exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
        needed = max(0, -exponent) if isinstance(exponent, int) else 0
        self.setDecimals(min(MOST_DECIMALS, max(self.decimals(), needed)))
        self.setRange(min(self.minimum(), value), max(self.maximum(), value))
        self.setValue(value)

    def validate(self, text: str, at: int) -> tuple[QValidator.State, str, int]:
        """Let numbers beyond the limits be typed; `fixup` refuses them with a word.

        A point and a comma both stand before the decimals, in every language: Qt would skip one of them between
        thousands and take 1,5 for 15.
        """
        bare = self._bare(text)
        if self._in_own_form(bare) == bare:
            state, text, at = super().validate(text, at)
        else:
            state = QValidator.State.Invalid
        if state == QValidator.State.Invalid and NUMBER.fullmatch(bare):
            state = QValidator.State.Intermediate
        return state, text, at

    def fixup(self, text: str) -> str:
        """Tell what is accepted; the base class then puts the last value back."""
        bare = self._bare(text)
        own = f"{self.prefix()}{self._in_own_form(bare)}{self.suffix()}"
        if super().validate(own, 0)[0] == QValidator.State.Acceptable:
            return own
        low, high = (self.textFromValue(limit) for limit in (self.minimum(), self.maximum()))
        message = self.tr("{what}: {text} isn't accepted; {low} to {high}{unit} is").format(
            what=self.accessibleName(), text=bare or self.tr("nothing"), low=low, high=high, unit=self.suffix()
        )
        self.refused.emit(message)
        return str(super().fixup(text) or text)

    def _bare(self, text: str) -> str:
        return text.removeprefix(self.prefix()).removesuffix(self.suffix()).strip()

    def _in_own_form(self, bare: str) -> str:
        """A number with the language's sign before the decimals."""
        return re.sub("[.,]", self.locale().decimalPoint(), bare)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Turn the number only where it is being edited."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CalmComboBox(QComboBox):
    """A combo box that the wheel turns only while it has the focus, and that fits a narrow column."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Turn the choice only where it is being made."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CalmSlider(QSlider):
    """A horizontal slider that the wheel moves only while it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Move the slider only where it is being used."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
