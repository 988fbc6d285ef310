namespace Herald.Server.Http;

/// <summary>When a cause was said last, and how often it came up since.</summary>
internal sealed class Outages(TimeProvider time)
{
    /// <summary>Past these, causes are told apart by where they come up alone.</summary>
    private const int MostCauses = 100;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Category, string Template, string Reason), (long SaidAt, long LeftOut)> _causes = [];

    /// <summary>Null when it was said within the last minute; else how often it was left out before.</summary>
    /// <param name="template">What could not be done, the same for every shard.</param>
    /// <param name="reason">Numbers in it do not make another cause.</param>
    public long? Next(string category, string template, string reason)
    {
        var cause = (category, template, string.Concat(reason.Where(c => !char.IsAsciiDigit(c))));
        lock (_gate)
        {
            if (!_causes.ContainsKey(cause) && _causes.Count >= MostCauses)
                cause = (category, template, "");
            var now = time.GetTimestamp();
            if (_causes.TryGetValue(cause, out var last) && time.GetElapsedTime(last.SaidAt, now) < Every)
            {
                _causes[cause] = last with { LeftOut = last.LeftOut + 1 };
                return null;
            }
            _causes[cause] = (now, 0);
            return last.LeftOut;
        }
    }
}
