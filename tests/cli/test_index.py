def test_an_index_is_published_and_listed(run):
    assert "No index has been published yet" in run("index", "status").output
    published = run("index", "publish")
    assert published.exit_code == 0, published.output
    assert "is in force: 0 offerings" in published.output
    run("index", "publish")
    status = run("index", "status").output
    assert status.count("in force") == 1
    assert "kept" in status
