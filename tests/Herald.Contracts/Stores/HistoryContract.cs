using Herald.Contracts.Stores.Histories;
using Xunit;

namespace Herald.Contracts.Stores;

/// <summary>
/// Random histories, drawn from seeds, against a model of what stores promise. <c>HERALD_SEED=7</c> runs one history alone.
/// <c>HERALD_SEEDS=100</c> runs more of them. A history that fails prints its last steps, as many as <c>HERALD_LINES</c> says.
/// </summary>
public abstract class HistoryContract(StoreFacts facts)
{
    private const int LongFactor = 20;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HERALD_TESTS_LONG") == "1";
    private static readonly int ShownLines = Number("HERALD_LINES") ?? 25;

    [Fact]
    public async Task Random_histories_are_answered_as_the_model_says()
    {
        var usual = (IsLong ? LongFactor : 1) * facts.Histories;
        var (first, count) = Number("HERALD_SEED") is { } one ? (one, 1) : (1, Number("HERALD_SEEDS") ?? usual);
        var reached = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var seed = first; seed < first + count; seed++)
            await RunAsync(seed, reached);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seeds {first} to {first + count - 1}: {string.Join(", ", reached.Select(one => $"{one.Value} {one.Key}"))}");
        if (count >= facts.Histories)
            Assert.All(facts.Expected, situation => Assert.True(reached.ContainsKey(situation), $"No history reaches: {situation}."));
    }

    private async Task RunAsync(int seed, SortedDictionary<string, int> reached)
    {
        var lines = new Queue<string>();
        var steps = 0;
        await using var harness = facts.Open();
        await harness.StartAsync();
#pragma warning disable CA5394 // No secret hangs on it: a seed must give the same history again.
        var walk = new StoreWalk(harness, facts, new Random(seed), Tell);
#pragma warning restore CA5394
        try
        {
            await walk.RunAsync(facts.Steps);
        }
        catch (Exception failure) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail(
                $"History {seed} fails after {steps} steps. Again with: HERALD_SEED={seed} HERALD_LINES=100\n{failure.Message}\n"
                + $"Its last steps:\n{string.Join('\n', lines)}\n{failure.StackTrace}");
        }
        foreach (var (situation, times) in walk.Reached)
            reached[situation] = reached.GetValueOrDefault(situation) + times;

        void Tell(string line)
        {
            if (lines.Count == ShownLines)
                lines.Dequeue();
            lines.Enqueue($"{++steps,6}  {line}");
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : null;
}
