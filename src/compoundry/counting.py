"""Say how many there are of something."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Put a number before its noun.

    >>> counted(1, "insight"), counted(1200, "insight"), counted(2, "new entity", "new entities")
    ('1 insight', '1,200 insights', '2 new entities')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
