using System.Globalization;

namespace Herald.Postgres.Connecting;

/// <summary>Lines for the operator about what goes on by itself and has failed: the same thing once a minute, with how often it was left out.</summary>
internal sealed class Notices(Action<string> tell, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long SaidAt, long LeftOut)> _said = [];

    /// <param name="what">One of few: what could not be done, and what follows.</param>
    // What is no outage is a mistake of ours: whoever mends it wants to know where.
    public void Failed(string what, Exception failure) => Say(what, $" {(failure is Herald.Engine.Stores.StoreUnavailableException ? failure.Message : failure)}");

    /// <param name="what">One of few.</param>
    /// <param name="detail">May be another each time.</param>
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
        var more = leftOut == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({leftOut} more like it were left out since it was said last.)");
        tell($"{what}{detail}{more}");
    }
}
