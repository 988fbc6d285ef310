using System.Globalization;
using Herald.Judging;
using Herald.Judging.Traces;

namespace Herald.Judge.Tests;

/// <summary>
/// A trace that a test writes: one node, one topic, subscription <c>s</c>, and the key <c>k</c> unless the test gives another one.
/// </summary>
internal sealed class Story
{
    private readonly TraceJudge _judge = new();
    private int _number;

    public Story()
    {
        Tell("world", "settings", ("nodes", "1"), ("commitEvery", "100"), ("slowestCall", "1000"), ("follow", "0"), ("recovers", "0"),
            ("answersWithin", "10"), ("permits", "10"));
        Tell("n1", "clock", ("ahead", "0"));
        Tell("n1", "starting");
        Tell("n1", "started");
    }

    public long NowMs { get; set; } = 1000;
    public string Node { get; set; } = "n1";

    /// <summary>The sequence of the next published event.</summary>
    public long NextSequence { get; set; } = 1;

    /// <summary>Whether receivers cannot tell which process has sent a request.</summary>
    public bool IsNodeUnknown { get; set; }

    public void Tell(string who, string verb, params (string Name, string? Value)[] values) =>
        _judge.Take(Fact.Parse(new Fact(NowMs, who, verb, values).ToString()));

    public Story After(long ms)
    {
        NowMs += ms;
        return this;
    }

    public Story Put(string retry = "{}", string filter = "{}", string limits = "{}", string outcome = "created",
        string subscription = "s") => Order(
        "put", outcome, ("subscription", subscription), ("from", "now"), ("definition", $$"""{"topic":"t","endpoint":"x","retry":{{retry}},"filter":{{filter}},"limits":{{limits}}}"""));

    public Story Order(string what, string outcome = "updated", params (string Name, string? Value)[] values)
    {
        var n = Next();
        if (!values.Any(value => value.Name == "subscription"))
            values = [("subscription", "s"), .. values];
        Tell("operator", "order", [("n", n), ("what", what), ("through", Node), .. values]);
        NowMs += 2;
        Tell("operator", "done", ("n", n), ("outcome", outcome), ("alone", "yes"), ("count", "1"));
        NowMs += 2;
        return this;
    }

    /// <param name="isPlaced">False: the answer names no shard and no sequence, as with an event that a broker brings.</param>
    /// <returns>The sequence of the event.</returns>
    public long Publish(string id, string? key = "k", string? type = null, bool isPlaced = true)
    {
        Tell("p", "publish", ("topic", "t"), ("key", key), ("id", id), ("type", type), ("digest", "d" + id));
        NowMs++;
        Tell("p", "published", ("topic", "t"), ("key", key), ("id", id), ("digest", "d" + id), ("verdict", "accepted"),
            ("shard", isPlaced ? "0" : null), ("sequence", isPlaced ? Text(NextSequence) : null));
        NowMs++;
        return NextSequence++;
    }

    public string Begin(string id, long sequence, int number = 1, string? key = "k", string? type = null, string subscription = "s",
        string? redelivery = null, string? digest = null)
    {
        var n = Next();
        Tell(
            subscription, "attempt", ("n", n), ("from", IsNodeUnknown ? null : Node), ("subscription", subscription), ("topic", "t"), ("key", key), ("id", id),
                ("type", type), ("digest", digest ?? "d" + id),
            ("sequence", Text(sequence)), ("number", Text(number)), ("redelivery", redelivery));
        NowMs++;
        return n;
    }

    public void End(string n, string heard, long? retryAfter = null)
    {
        Tell("s", "ended", ("n", n), ("heard", heard), ("retryAfter", retryAfter is { } after ? Text(after) : null));
        NowMs++;
    }

    public void Deliver(string id, long sequence, int number = 1, string? key = "k", string? type = null, string subscription = "s",
        string? redelivery = null)
    {
        var n = Begin(id, sequence, number, key, type, subscription, redelivery);
        Tell(subscription, "received", ("subscription", subscription), ("topic", "t"), ("key", key), ("id", id), ("sequence",
            Text(sequence)));
        End(n, "ok");
    }

    public void Fail(string id, long sequence, int number, string? key = "k", long? retryAfter = null) =>
        End(Begin(id, sequence, number, key), "failed", retryAfter);

    public void Settle() => Tell("world", "settled");

    private string Next() => Text(++_number);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
