using Herald.Judging;
using Herald.Judging.Traces;
using Xunit;

namespace Herald.Judge.Tests;

/// <summary>
/// Traces of real processes, of one key: one of a server that was repeatedly killed under load, and one of a server that was stopped and
/// started. Unchanged, they fulfil the promises. With one mistake in them, they do not.
/// </summary>
public sealed class RealTraceTests
{
    private const string Killed = "killed", Stopped = "stopped";
    private const string Receiver = "healthy";

    [Theory]
    [InlineData(Killed)]
    [InlineData(Stopped)]
    public void As_it_was_it_is_as_promised(string name) => Judge(Read(name));

    [Theory]
    [InlineData(Killed)]
    [InlineData(Stopped)]
    public void An_event_that_was_never_received_is_missed(string name)
    {
        var trace = Read(name);
        Drop(trace, Deliveries(trace)[^1].Id);
        Accuses("never received", trace);
    }

    [Theory]
    [InlineData(Killed)]
    [InlineData(Stopped)]
    public void An_event_that_is_passed_over_is_missed(string name)
    {
        var trace = Read(name);
        Drop(trace, Deliveries(trace)[1].Id);
        Accuses("passed over", trace);
    }

    [Theory]
    [InlineData(Killed)]
    [InlineData(Stopped)]
    public void Two_events_that_change_places_are_noticed(string name)
    {
        var trace = Read(name);
        var once = Deliveries(trace).GroupBy(one => one.Id).Where(group => group.Count() == 1)
            .Select(group => group.Single()).ToList();
        var (one, two) = (once[^2], once[^1]);
        for (var i = 0; i < 3; i++)
            (trace[one.Lines[i]], trace[two.Lines[i]]) = (trace[two.Lines[i]], trace[one.Lines[i]]);
        Accuses("passed over", trace);
    }

    [Fact]
    public void A_repeat_after_a_clean_stop_is_noticed()
    {
        var trace = Read(Stopped);
        foreach (var line in Deliveries(trace)[0].Lines)
            trace.Insert(trace.Count - 1, trace[line].Replace("from=server 1", "from=server 2", StringComparison.Ordinal));
        Accuses("nothing kept anybody from saving it", trace);
    }

    [Fact]
    public void A_repeat_with_another_message_id_is_noticed()
    {
        var trace = Read(Killed);
        var again = Deliveries(trace).GroupBy(one => one.Id).First(group => group.Count() > 1).Last().Lines[0];
        trace[again] = trace[again].Replace("message=msg_", "message=msg_x", StringComparison.Ordinal);
        Accuses("another one's or has changed", trace);
    }

    [Fact]
    public void A_content_that_changes_is_noticed()
    {
        var trace = Read(Killed);
        var line = Deliveries(trace)[0].Lines[0];
        trace[line] = trace[line].Replace("digest=", "digest=0", StringComparison.Ordinal);
        Accuses("another content", trace);
    }

    [Fact]
    public void A_number_that_leaves_one_out_is_noticed()
    {
        var trace = Read(Stopped);
        var line = Deliveries(trace)[0].Lines[0];
        trace[line] = trace[line].Replace("number=1", "number=2", StringComparison.Ordinal);
        Accuses("says that it is number 2", trace);
    }

    private static void Judge(IEnumerable<string> trace)
    {
        var judge = new TraceJudge();
        foreach (var line in trace)
            judge.Take(Fact.Parse(line));
    }

    private static void Accuses(string of, List<string> trace) =>
        Assert.Contains(of, Assert.Throws<AccusedException>(() => Judge(trace)).Message, StringComparison.Ordinal);

    // The deliveries that the receiver acknowledged, each with the lines of the attempt, of its answer, and of its end.
    private static List<(string Id, int[] Lines)> Deliveries(List<string> trace)
    {
        var found = new List<(string, int[])>();
        for (var i = 0; i < trace.Count; i++)
        {
            if (Fact.Parse(trace[i]) is not { Verb: "attempt", Who: Receiver } attempt)
                continue;
            var ended = trace.FindIndex(i, line => line.Contains($"\tended\tn={attempt.Text("n")}\t", StringComparison.Ordinal));
            var received = trace.FindIndex(i, line => Fact.Parse(line) is { Verb: "received", Who: Receiver });
            if (received > 0 && ended > received)
                found.Add((attempt.Text("id"), [i, received, ended]));
        }
        return found;
    }

    private static void Drop(List<string> trace, string id) => trace.RemoveAll(line =>
        Fact.Parse(line) is { Who: Receiver, Verb: "attempt" or "received" } fact && fact.Text("id") == id);

    private static List<string> Read(string name) =>
        [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Traces", $"{name}.trace"))];
}
