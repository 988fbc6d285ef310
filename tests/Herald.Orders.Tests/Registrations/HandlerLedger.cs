using Xunit;

namespace Herald.Orders.Tests.Registrations;

/// <summary>Which handler got which customer, according to the answers.</summary>
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
            // A handler that asks again gets the same answer. No other handler may get it.
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

    /// <summary>The last handler that got the customer.</summary>
    public int? HandlerOf(Guid customer)
    {
        lock (_lock)
            return _given.TryGetValue(customer, out var all) ? all.MaxBy(one => one.Epoch).Handler : null;
    }

    /// <summary>Whether the handler has had a customer.</summary>
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
