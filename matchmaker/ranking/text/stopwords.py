"""Function words, which say nothing about a resource: a short list on purpose, since idf weighs the rest."""

_ENGLISH = """
a about above after again all also am an and any are as at be because been before being below between both but by
can could did do does doing down during each either else etc few for from further had has have having he her here
hers him his how however i if in into is it its itself just let may me might more most must my myself near neither
no nor not now of off on once only or other our ours out over own per please s same shall she should since so some
such t than that the their theirs them themselves then there these they this those through thus to too under until
up upon us very was we were what when where whether which while who whom whose why will with within without would
yet you your yours
""".split()

_CHINESE = """
的 了 和 与 及 或 在 是 有 我 我们 你 你们 您 他 她 它 他们 这 那 这个 那个 这些 那些 个 等 也 都 就 而 但 但是 因为
所以 如果 被 把 从 到 对 对于 于 以 为 为了 之 其 其中 上 下 里 中 不 没 没有 很 太 更 最 还 又 再 吗 呢 吧 啊 嘛 请
请问 着 过 地 得 并 并且 以及 由 向 让 给 跟 比 能 会 要 可以 可 该 各 每 某 一 一个 一些 一种 几 些 什么 怎么 哪
哪里 哪个 谁 多少 如何 自己 家 我司 本公司
""".split()

STOPWORDS = (frozenset(_ENGLISH) - {"t"}) | frozenset(_CHINESE)
