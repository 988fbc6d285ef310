using System.Globalization;
using Herald.Engine.Stores;

namespace Herald.Postgres.Connections;

/// <summary>
/// Reports failures of background work to the operator. The same notice appears at most once a minute, with the number of omitted ones.
/// </summary>
internal sealed class Notices(Action<string> tell, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long SaidAt, long LeftOut)> _said = [];

    /// <param name="what">One of a fixed set of texts: what failed, and what follows.</param>
    // A failure that is no outage is an error of Herald, so its full text shows where it happened.
    public void Failed(string what, Exception failure)
    {
        // The store reports an outage by itself (DatabaseWatch).
        if (failure is not StoreAwayException)
            Say(what, $" {(failure is StoreUnavailableException ? failure.Message : failure)}");
    }

    /// <param name="what">One of a fixed set of texts.</param>
    /// <param name="detail">Text that can differ each time.</param>
    public void Say(string what, string detail = "")
    {
        long leftOut;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_said.TryGetValue(what, out var last) && time.GetElapsedTime(last.SaidAt, now) < Every)
            {
                _said[what] = last with { LeftOut = last.LeftOut + 1 };
                return;
            }
            _said[what] = (now, 0);
            leftOut = last.LeftOut;
        }
        var more = leftOut == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $" ({leftOut} more of these since the last one were not logged.)");
        tell($"{what}{detail}{more}");
    }
}
