"""The story of a work supervision, told through HTTP on both databases."""

from demo import supervision
from tests.houses import House
from tests.stories.test_smooth_story import stage_in


def test_a_work_community_is_supervised_for_a_year(house: House) -> None:
    lines: list[str] = []
    stage = stage_in(house, lines)
    number = supervision.play(stage)
    print("\n".join(lines))
    import re, pathlib
    for name in ("työnohjaaja", "Sanna", "Marko", "tilaaja"):
        c = stage.actors[name].client
        for path in (f"/cases/{number}", "/", f"/cases/{number}/acts", f"/cases/{number}/participants", f"/cases/{number}/sessions",f"/statuses/{number}", f"/cases/{number}/agreement/draft", f"/cases/{number}/timeline"):
            r = c.get(path, headers={"Accept": "text/html", "Accept-Language": "fi"})
            print(name, path, r.status_code, len(r.text))
            pathlib.Path(f"/tmp/svp-{name}-{path.replace('/','_')}.html").write_text(r.text)
