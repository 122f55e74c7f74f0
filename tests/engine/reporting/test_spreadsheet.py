import csv
import io

import pytest

from engine.reporting.spreadsheet import csv_text, harmless


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n=1"])
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(words):
    assert harmless(words) == f"'{words}"


@pytest.mark.parametrize("words", ["", "a=1", "talk.wav", "1-2.wav", "'=1"])
def test_other_words_stay_as_they_are(words):
    assert harmless(words) == words


def test_lines_are_those_of_rfc_4180():
    assert csv_text(("name", "db"), [('a "b", c', -3.25), ("two\nlines", None)]) == (
        'name,db\r\n"a ""b"", c",-3.25\r\n"two\nlines",\r\n'
    )


def test_what_is_written_is_read_again():
    rows = [("録音,;\"'", 1e-9, 3), ("\u2028é", 0.1, None)]
    read = list(csv.reader(io.StringIO(csv_text(("a", "b", "c"), rows), newline="")))
    assert read[1:] == [["録音,;\"'", "1e-09", "3"], ["\u2028é", "0.1", ""]]
