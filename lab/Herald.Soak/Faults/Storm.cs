using Herald.Soak.Figures;

namespace Herald.Soak.Faults;

/// <summary>Causes faults one after another, and sometimes two at once. They are drawn so that all kinds are equally frequent.</summary>
/// <param name="isWhole">Whether all events that waited have been received, at the receivers that are well.</param>
internal sealed class Storm(
    IReadOnlyList<FaultKind> kinds, Mischief mischief, Episodes episodes, Func<bool> isWhole, TimeProvider time, Random random)
{
    public const string Several = "two of these at once";
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100), LongestEpisode = TimeSpan.FromSeconds(60);
    private const double TwoAtOnce = 0.2;
    private const double LeastCalmSeconds = 2, MostCalmSeconds = 8;
    private readonly Queue<FaultKind> _bag = new();
    private readonly Dictionary<string, int> _counts = kinds.ToDictionary(FaultText.Of, _ => 0);

    /// <summary>The current fault, for people.</summary>
    public string Now { get; private set; } = "calm";

    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <summary>Runs until the round is over, and then repairs the current fault.</summary>
    public async Task RunAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested && kinds.Count > 0)
        {
            await WaitAsync(TimeSpan.FromSeconds(LeastCalmSeconds + (random.NextDouble() * (MostCalmSeconds - LeastCalmSeconds))), over);
            if (over.IsCancellationRequested)
                return;
            var first = Draw();
            var second = random.NextDouble() < TwoAtOnce ? Draw() : first;
            await HappenAsync(first == second ? [first] : [first, second], over);
        }
    }

    private async Task HappenAsync(FaultKind[] together, CancellationToken over)
    {
        foreach (var kind in together)
            _counts[FaultText.Of(kind)]++;
        Now = string.Join(", ", together.Select(FaultText.Of));
        var end = episodes.Begin(together.Length == 1 ? Now : Several);
        await Task.WhenAll(together.Select(kind => mischief.DoAsync(kind, over)));
        Now = $"after {Now}";
        for (var waited = TimeSpan.Zero; !isWhole() && waited < LongestEpisode; waited += LookEvery)
            await Task.Delay(LookEvery, time, CancellationToken.None);
        end();
        Now = "calm";
    }

    private FaultKind Draw()
    {
        if (_bag.Count == 0)
        {
            var all = kinds.ToArray();
            random.Shuffle(all);
            foreach (var kind in all)
                _bag.Enqueue(kind);
        }
        return _bag.Dequeue();
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken over)
    {
        try
        {
            await Task.Delay(wait, time, over);
        }
        catch (OperationCanceledException)
        {
            // The round is over.
        }
    }
}
