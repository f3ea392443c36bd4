import time
from collections import Counter, defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pydantic import ValidationError

from tocsin.model.post import POSTS
from tocsin.simulate.crowd import CAMPS, REPOST, make_schedule, reaction_s
from tocsin.simulate.election import PRESETS, TRUTH, UNITS, Election, ElectionParams, simulate
from tocsin.simulate.plant import OperationParams
from tocsin.simulate.render import render


@pytest.fixture(scope="module")
def demo():
    return simulate(ElectionParams(posts=30_000, days=7, seed=3))


def as_bytes(table):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    params = ElectionParams(posts=3_000, seed=5)
    first, again, other = simulate(params), simulate(params), simulate(params.model_copy(update={"seed": 6}))
    for table in ("posts", "truth", "units"):
        assert as_bytes(getattr(first, table)) == as_bytes(getattr(again, table))
    assert as_bytes(first.posts) != as_bytes(other.posts)


def test_posts_have_the_schema_and_are_numbered_in_order_of_time(demo):
    posts = demo.posts
    assert posts.schema == POSTS
    assert posts.column("row").to_pylist() == list(range(1, posts.num_rows + 1))
    times = posts.column("time").cast(pa.int64()).to_numpy()
    assert (times[1:] >= times[:-1]).all()
    assert pc.count_distinct(posts.column("post")).as_py() == posts.num_rows
    assert pc.unique(posts.column("file")).to_pylist() == ["simulation"]
    for name in ("post", "account", "time", "text", "file", "row"):
        assert posts.column(name).null_count == 0


def test_batches_follow_each_other_without_a_seam():
    election = Election(ElectionParams(posts=70_000, days=7))
    batches = list(election.batches())
    assert len(batches) == 2
    posts = pa.concat_tables(batches)
    assert posts.num_rows == election.rows
    assert posts.column("row").to_pylist() == list(range(1, election.rows + 1))
    times = posts.column("time").cast(pa.int64()).to_numpy()
    assert (times[1:] >= times[:-1]).all()
    assert set(election.truth.column("account").to_pylist()) == set(posts.column("account").to_pylist())


def test_ordinary_posts_are_as_many_as_asked_for(demo):
    ordinary = pc.filter(demo.truth.column("account"), pc.equal(demo.truth.column("role"), "ordinary"))
    mask = pc.is_in(demo.posts.column("account"), ordinary.combine_chunks())
    assert pc.sum(mask).as_py() == 30_000


def test_all_times_lie_within_the_election(demo):
    params = ElectionParams(posts=30_000, days=7)
    times = demo.posts.column("time").to_pylist()
    assert times[0] >= params.start
    assert (times[-1] - params.start).days < 7


def test_truth_names_exactly_the_accounts_that_post(demo):
    assert demo.truth.schema == TRUTH
    assert demo.units.schema == UNITS
    accounts = demo.truth.column("account").to_pylist()
    assert len(accounts) == len(set(accounts))
    assert set(accounts) == set(demo.posts.column("account").to_pylist())


def test_units_agree_with_the_truth(demo):
    members = Counter(demo.truth.column("unit").to_pylist())
    rows = demo.units.to_pylist()
    assert {row["unit"]: row["members"] for row in rows} == {unit: n for unit, n in members.items() if unit}
    operations = [row for row in rows if row["role"] == "operation"]
    wanted = [(one.kind, one.accounts, one.objects, one.jitter_s) for one in PRESETS["demo"]]
    assert [(row["kind"], row["members"], row["objects"], row["jitter_s"]) for row in operations] == wanted


def test_the_demo_has_every_kind_at_every_strength():
    assert {one.kind for one in PRESETS["demo"]} == set(OperationParams.model_fields["kind"].annotation.__args__)
    assert {one.strength for one in PRESETS["demo"]} == {"strong", "medium", "weak"}


@pytest.mark.parametrize(
    ("operations", "decoys", "roles"),
    [
        ("none", False, {"ordinary"}),
        ("none", True, {"ordinary", "decoy"}),
        ((OperationParams(kind="link"),), False, {"ordinary", "operation"}),
    ],
)
def test_only_what_is_asked_for_is_planted(operations, decoys, roles):
    simulation = simulate(ElectionParams(posts=1_000, operations=operations, decoys=decoys))
    assert set(simulation.truth.column("role").to_pylist()) == roles
    assert set(simulation.units.column("role").to_pylist()) == roles - {"ordinary"}
    if roles == {"ordinary"}:
        assert simulation.posts.num_rows == 1_000


def test_reposts_repeat_an_earlier_post_word_for_word_and_nobody_repeats_it_twice():
    posts = simulate(ElectionParams(posts=20_000, decoys=False, operations="none")).posts.to_pylist()
    by_id = {post["post"]: post for post in posts}
    reposts = [post for post in posts if post["repost_of"]]
    assert 0.45 < len(reposts) / len(posts) < 0.65
    for post in reposts:
        source = by_id[post["repost_of"]]
        assert post["text"] == f"RT @{source['account']}: {source['text']}"
        assert post["time"] >= source["time"]
        assert [post[c] for c in ("urls", "hashtags", "media")] == [source[c] for c in ("urls", "hashtags", "media")]
        assert post["account"] != source["account"]
    assert len({(post["account"], post["repost_of"]) for post in reposts}) == len(reposts)


def test_answers_name_the_author_they_answer(demo):
    posts = {post["post"]: post for post in demo.posts.to_pylist()}
    answers = [post for post in posts.values() if post["reply_to"]]
    assert answers
    for post in answers:
        author = posts[post["reply_to"]]["account"]
        assert author in post["mentions"]
        assert f"@{author}" in post["text"]


def test_what_the_lists_hold_stands_in_the_text(demo):
    for post in demo.posts.to_pylist():
        words = post["text"].split()
        assert all("#" + tag in words for tag in post["hashtags"])
        assert all(url in words for url in post["urls"])
        assert all(len(media) == 16 and int(media, 16) >= 0 for media in post["media"])


def test_five_languages_in_four_scripts(demo):
    texts = defaultdict(str)
    for post in demo.posts.slice(0, 5_000).to_pylist():
        texts[post["language"]] += post["text"]
    assert set(texts) == {"en", "es", "ru", "ar", "hi"}
    for language, (low, high) in {"ru": "ая", "ar": "اي", "hi": "कह"}.items():
        assert sum(low <= letter <= high for letter in texts[language]) > len(texts[language]) / 4


def test_accounts_keep_their_language_and_platform():
    posts = simulate(ElectionParams(posts=20_000, platforms=3, decoys=False, operations="none")).posts
    pairs = posts.group_by(["account", "language", "platform"]).aggregate([]).num_rows
    assert pairs == pc.count_distinct(posts.column("account")).as_py()
    assert pc.count_distinct(posts.column("platform")).as_py() == 3


def test_planted_accounts_stay_on_one_platform():
    simulation = simulate(ElectionParams(posts=20_000, platforms=3))
    planted = simulation.truth.filter(pc.not_equal(simulation.truth.column("role"), "ordinary"))
    rows = simulation.posts.filter(
        pc.is_in(simulation.posts.column("account"), planted.column("account").combine_chunks())
    )
    assert rows.group_by(["account", "platform"]).aggregate([]).num_rows == planted.num_rows


def test_reposts_stay_mostly_within_the_camp():
    schedule = make_schedule(seed=1, posts=20_000, start=0, days=7, accounts=20_000, platforms=2)
    rows = np.flatnonzero(schedule.kind == REPOST)
    camp, source = (schedule.crowd.group_of(schedule.account[at]) for at in (rows, schedule.source[rows]))
    assert 0.8 < (camp == source).mean() < 0.97
    width = 2 * len(CAMPS)
    assert (camp // width == source // width).all()


def test_half_of_the_reactions_come_within_forty_minutes_and_some_take_days():
    delay = reaction_s(np.random.default_rng(1), 100_000)
    assert 1_000 < np.median(delay) < 2_400
    assert (delay < 300).mean() == pytest.approx(0.22, abs=0.02)
    assert 86_400 < np.quantile(delay, 0.95) < delay.max() <= 7 * 86_400


def test_posting_follows_the_day():
    posts = simulate(ElectionParams(posts=40_000, decoys=False, operations="none")).posts
    english = posts.filter(pc.equal(posts.column("language"), "en"))
    hours = Counter(pc.hour(english.column("time")).to_pylist())
    night, evening = sum(hours[(h + 4) % 24] for h in (2, 3, 4)), sum(hours[(h + 4) % 24] for h in (19, 20, 21))
    assert evening > 3 * night


def test_rows_read_the_same_in_any_batch():
    schedule = Election(ElectionParams(posts=2_000))._schedule
    whole = pa.Table.from_batches([render(schedule, pa.array(range(2_000)).to_numpy())])
    few = render(schedule, pa.array([1_500, 3, 700]).to_numpy())
    assert few.to_pylist() == whole.take([1_500, 3, 700]).to_pylist()


@pytest.mark.parametrize("wrong", [{"posts": 999}, {"posts": 10_000_001}, {"days": 0}, {"operations": "all"}, {"x": 1}])
def test_impossible_parameters_are_refused(wrong):
    with pytest.raises(ValidationError):
        ElectionParams(**wrong)


def test_speed(capsys):
    begin = time.process_time()
    posts = simulate(ElectionParams(posts=50_000)).posts.num_rows
    with capsys.disabled():
        print(f"\nsimulate: {posts} posts in {time.process_time() - begin:.2f} CPU-seconds")
