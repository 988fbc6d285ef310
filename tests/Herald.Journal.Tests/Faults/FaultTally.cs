using System.Globalization;
using Xunit;

namespace Herald.Journal.Tests.Faults;

/// <summary>Counts how often each kind of fault really happened. A test of faults in which none happened has tested nothing.</summary>
internal sealed class FaultTally
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    public int this[string kind] => _counts.GetValueOrDefault(kind);

    public void Count(string kind, int times = 1) => _counts[kind] = this[kind] + times;

    public void Add(FaultTally other)
    {
        foreach (var (kind, times) in other._counts)
            Count(kind, times);
    }

    public void AssertReached(params string[] kinds) =>
        Assert.All(kinds, kind => Assert.True(this[kind] > 0, $"No {kind} was ever reached. {this}"));

    public override string ToString() => string.Join(", ", _counts.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value}")));
}
