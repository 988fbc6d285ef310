using Xunit;

namespace Herald.Orders.Tests.Registrations;

/// <summary>Who was given which customer, as the answers said.</summary>
internal sealed class HandlerLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<(long Epoch, int Handler)>> _given = [];
    private Exception? _defect;

    public void Given(Guid customer, long epoch, int handler)
    {
        lock (_lock)
        {
            if (!_given.TryGetValue(customer, out var all))
                _given.Add(customer, all = []);
            // One who asks again is told the same again; nobody else is.
            if (all.Any(one => one.Epoch == epoch && one.Handler != handler))
                throw new InvalidOperationException($"Epoch {epoch} of customer {customer} was given twice.");
            all.Add((epoch, handler));
        }
    }

    public void Failed(Exception defect)
    {
        lock (_lock)
            _defect ??= defect;
    }

    public long HighestEpoch(Guid customer)
    {
        lock (_lock)
            return _given.TryGetValue(customer, out var all) ? all.Max(one => one.Epoch) : 0;
    }

    /// <summary>Who was given it last.</summary>
    public int? HandlerOf(Guid customer)
    {
        lock (_lock)
            return _given.TryGetValue(customer, out var all) ? all.MaxBy(one => one.Epoch).Handler : null;
    }

    /// <summary>It has had some customer.</summary>
    public bool WasGiven(int handler)
    {
        lock (_lock)
            return _given.Values.Any(all => all.Exists(one => one.Handler == handler));
    }

    public int TimesGiven(Guid customer)
    {
        lock (_lock)
            return _given.TryGetValue(customer, out var all) ? all.Select(one => one.Epoch).Distinct().Count() : 0;
    }

    public void NobodyFailed()
    {
        lock (_lock)
            Assert.True(_defect is null, _defect?.ToString());
    }
}
