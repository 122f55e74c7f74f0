"""What the next take is made with: task, method, their main settings, seed; everything else under More."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette, QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.panels.fold import Fold
from desktop.panels.job_box import JobBox
from desktop.panels.model_choice import ModelChoice
from desktop.panels.numbers import CalmComboBox
from desktop.panels.preset_bar import PresetBar
from desktop.panels.seed_edit import SeedEdit
from desktop.panels.settings_form import SettingsForm, column_label, narrow_form
from desktop.panels.stage_forms import StageForms
from desktop.panels.told import Told, has_component, told_of
from engine.settings import (
    DEVICES,
    METHOD_SETTINGS,
    RENDERER_SETTINGS,
    TASK_SETTINGS,
    RestoreSettings,
    SpliceSettings,
    StoredPreset,
    apply_preset,
)

Stretch = tuple[float, float]
FIRST = RestoreSettings(task="fill")


class RetakePanel(QWidget):
    """All choices of a restoration, and the button that asks for it.

    What asks for a take and shows how it gets on is in ``action``, which its owner puts where it is always seen. It
    knows no document: what is selected, what it costs and how a job gets on is shown by `RetakeController`.

    Signals:
        retake_asked(object, bool): `RestoreSettings`, and whether a quick take shall come first.
        cancel_asked(): the job of this document.
        changed(): any setting, by the user or by `set_settings`.
        said(str, str): level and text of what the user should know.
    """

    retake_asked = Signal(object, bool)
    cancel_asked = Signal()
    changed = Signal()
    said = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.task = StageForms("task", self.tr("Task"), TASK_SETTINGS)
        self.method = StageForms("method", self.tr("Method"), METHOD_SETTINGS)
        self.renderer = StageForms("renderer", self.tr("Renderer"), RENDERER_SETTINGS)
        self.splice = SettingsForm(SpliceSettings)
        self.presets = PresetBar(self.settings)
        self.model = ModelChoice()
        self.device = self._device_box()
        self.seed = SeedEdit()
        self.quick = QCheckBox(self.tr("Quick take first"))
        self.quick.setToolTip(self.tr("Hear a rough take at once; the full one replaces it when it is done."))
        self.info, self.message, self.waiting, self.terms = QLabel(), QLabel(), QLabel(), QLabel()
        self.told = Told()
        self.jobs = JobBox()
        self.action = QWidget()
        self._preset: StoredPreset | None = None
        self._lay_out()
        self._connect()
        self.set_settings(FIRST)
        self.show_target("", False)

    def _device_box(self) -> CalmComboBox:
        box = CalmComboBox()
        names = {"auto": self.tr("Automatic"), "cpu": "CPU", "cuda": "CUDA", "mps": "MPS"}
        for device in DEVICES:
            box.addItem(names.get(device, device), device)
        box.setAccessibleName(self.tr("Device"))
        box.setToolTip(self.tr("Where the model computes; Automatic takes the fastest that is there."))
        return box

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.presets)
        self._add_rows(layout, (self.tr("Task"), self.task.box))
        layout.addWidget(self.task)
        self._add_rows(layout, (self.tr("Method"), self.method.box))
        layout.addWidget(self.method)
        self._add_rows(layout, (self.tr("Seed"), self.seed))
        layout.addWidget(self._more())
        layout.addStretch(1)
        below = QVBoxLayout(self.action)
        below.setContentsMargins(8, 2, 8, 6)
        below.setSpacing(4)
        for widget in (self.message, self.terms, self.info, self.quick, self.jobs, self.waiting):
            below.addWidget(widget)
        for label in (self.message, self.info, self.terms):
            label.setWordWrap(True)
        self.terms.setTextFormat(Qt.TextFormat.PlainText)
        self.info.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.message.setVisible(False)
        self.waiting.setVisible(False)

    def _add_rows(self, layout: QVBoxLayout, *rows: tuple[str, QWidget]) -> QFormLayout:
        holder = QWidget()
        form = narrow_form(holder)
        for text, field in rows:
            form.addRow(column_label(text, field.toolTip(), field), field)
        layout.addWidget(holder)
        return form

    def _more(self) -> Fold:
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.task.more)
        layout.addWidget(self.method.more)
        self._add_rows(layout, (self.tr("Renderer"), self.renderer.box))
        layout.addWidget(self.renderer)
        layout.addWidget(self.renderer.more)
        layout.addWidget(self.splice.more)
        self._add_rows(layout, (self.tr("Model"), self.model), (self.tr("Device"), self.device))
        self.reset = QPushButton(self.tr("Reset settings"))
        self.reset.setToolTip(self.tr("Put every setting of this task and method back to its default."))
        layout.addWidget(self.reset)
        self.more = Fold(
            self.tr("More"), self.tr("Show the renderer, the model and the settings that are seldom changed.")
        )
        self.more.set_content(inside)
        return self.more

    def _connect(self) -> None:
        self.model.changed.connect(self._change_model)
        self.model.said.connect(self.said)
        for part in (self.task, self.method, self.renderer, self.splice, self.model, self.seed):
            part.changed.connect(self._edited)
            part.refused.connect(self._refuse)
        self.device.currentIndexChanged.connect(self._edited)
        self.presets.chosen.connect(self._take_preset)
        self.presets.said.connect(self.said)
        self.reset.clicked.connect(self._reset)
        self.jobs.retake_clicked.connect(self.ask)
        self.jobs.cancel_clicked.connect(self.cancel_asked)

    def settings(self) -> RestoreSettings:
        """Everything that is set."""
        return RestoreSettings(
            task=self.task.name(),
            method=self.method.name(),
            renderer=self.renderer.name(),
            model=self.model.model(),
            seed=self.seed.seed(),
            device=str(self.device.currentData()),
            splice=self.splice.values(),
            task_settings=self.task.settings(),
            method_settings=self.method.settings(),
            renderer_settings=self.renderer.settings(),
        )

    def set_settings(self, settings: RestoreSettings) -> None:
        """Show settings, of a preset or a take, exactly."""
        self.model.set_model(settings.model)
        self._follow_model()
        self.task.set_settings(settings.task, settings.task_settings)
        self.method.set_settings(settings.method, settings.method_settings)
        self.renderer.set_settings(settings.renderer, settings.renderer_settings)
        self.splice.set_values(settings.splice)
        self.seed.set_seed(settings.seed)
        self.device.setCurrentIndex(self.device.findData(settings.device))
        self._edited()

    def show_field(self, name: str) -> None:
        """Let a field of the method be typed into, where it has that one."""
        editor = self.method.form().editors.get(name)
        if editor is not None:
            editor.main.setFocus()

    def choose_task(self, task: str) -> None:
        """Choose a task; everything else stays."""
        self.task.box.setCurrentIndex(self.task.box.findData(task))

    def set_stretch_source(self, selected: Callable[[], Stretch | None]) -> None:
        """Where `Noise from` takes the selection from, in seconds."""
        for name in TASK_SETTINGS:
            for stretch in self.task.form_of(name).stretches():
                stretch.selected = selected

    def _take_preset(self, preset: StoredPreset) -> None:
        self._preset = preset
        self.set_settings(apply_preset(preset.settings, self.settings()))

    def _reset(self) -> None:
        for form in (self.task.form(), self.method.form(), self.renderer.form(), self.splice):
            form.set_values(form.settings_class())
        self._edited()

    def _follow_model(self) -> None:
        """Offer what the model knows and has, and say for what it may not be used."""
        model = self.model.model()
        self.told = told_of(model)
        for stage in (self.task, self.method):
            stage.set_told(self.told)
        self.terms.setText(self.tr("Non-commercial: {model}").format(model=self.model.box.currentText()))
        self.terms.setToolTip(self.model.box.toolTip())
        self.terms.setVisible(bool(self.model.terms()))
        items = self.renderer.box.model()
        assert isinstance(items, QStandardItemModel)
        items.item(self.renderer.box.findData("vocoder")).setEnabled(has_component(model, "vocoder"))

    def _change_model(self) -> None:
        """Go over to the model that the user chose; what it can't be told is left out, until one can be told it."""
        self._follow_model()
        for stage in (self.task, self.method):
            stage.change_told(self.told)

    def _edited(self) -> None:
        self.message.setVisible(False)
        preset, settings = self._preset, self.settings()
        stands = preset is not None and apply_preset(preset.settings, settings) == settings
        self.presets.show_name(preset.name if preset and stands else "")
        self.changed.emit()

    def _refuse(self, why: str) -> None:
        self.message.setText(why)
        self.message.setVisible(True)
        self.said.emit("warning", why)

    def ask(self) -> None:
        """Ask for a take, as a click on the button does."""
        if self.jobs.button.isEnabled():
            self.retake_asked.emit(self.settings(), self.quick.isChecked())

    def show_waiting(self, count: int) -> None:
        """How many requests of this document wait behind the one that is being done."""
        self.waiting.setText(self.tr("%n waiting", "", count))
        self.waiting.setVisible(count > 0)

    def show_target(self, text: str, ready: bool, *, warning: bool = False) -> None:
        """What would be taken again and what that costs, and whether the button can be pressed."""
        self.info.setText(text)
        self.info.setForegroundRole(QPalette.ColorRole.WindowText if warning else QPalette.ColorRole.PlaceholderText)
        self.info.setVisible(bool(text))
        self.jobs.set_ready(ready)
