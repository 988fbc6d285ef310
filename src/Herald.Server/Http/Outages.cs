namespace Herald.Server.Http;

/// <summary>When each cause was last logged, and how often it occurred since.</summary>
internal sealed class Outages(TimeProvider time)
{
    /// <summary>Above this number, new causes differ by category and template only, no longer by reason.</summary>
    private const int MostCauses = 100;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Category, string Template, string Reason), (long SaidAt, long LeftOut)> _causes = [];

    /// <summary>Null when the cause was logged within the last minute; otherwise how often it was left out before.</summary>
    /// <param name="template">The operation that failed; the same for every shard.</param>
    /// <param name="reason">Digits are ignored: reasons that differ only in numbers are one cause.</param>
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
