"""How many messages a text is charged as."""

import pytest

from portal.notify.segments import segments


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # two septets each
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 7, 2),  # the euro sign is not cut in two
        ("包" * 70, 1),
        ("包" * 71, 2),
        ("包" * 134, 2),
        ("包" * 135, 3),
        ("a" * 70 + "包", 2),  # one other character makes all of it UCS-2
        ("𠮷" * 35, 1),  # outside the BMP: two units
        ("𠮷" * 36, 2),
        ("𠮷" * 67, 3),  # 33 in a message: the 34th would be cut
    ],
)
def test_gsm_and_ucs2(text, count):
    assert segments(text) == count


def test_the_mainland_counts_every_character_alike():
    assert (segments("a" * 70, wide=True), segments("a" * 71, wide=True)) == (1, 2)
