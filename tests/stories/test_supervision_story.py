"""The story of a work supervision, told through HTTP on both databases."""

from demo import supervision
from tests.houses import House
from tests.stories.test_smooth_story import stage_in


def test_a_work_community_is_supervised_for_a_year(house: House) -> None:
    lines: list[str] = []
    supervision.play(stage_in(house, lines))
