using System.Globalization;
using System.Text;

namespace Herald.Lab.Catchers;

/// <summary>
/// The counts of all catchers of a process, in the text format of Prometheus. Each catcher is a value of the label <c>catcher</c>.
/// </summary>
internal static class CatcherMetrics
{
    public static string Write(IReadOnlyList<Catcher> catchers)
    {
        var text = new StringBuilder();
        Head(text, "catcher_receipts_total", "counter",
            "Webhooks by result: delivered, delayed (delivered after a delay), failed (500), refused (401).");
        foreach (var catcher in catchers)
        {
            var counts = catcher.Counts;
            foreach (var (result, count) in new[] { ("delivered", counts.Delivered), ("delayed", counts.Delayed), ("failed", counts.Failed), ("refused", counts.Refused) })
                Line(text, "catcher_receipts_total", $"catcher=\"{catcher.Number}\",result=\"{result}\"", count);
        }
        Each(text, catchers, "catcher_duplicates_total", "counter", "Changes that were acknowledged before.", counts => counts.Duplicates);
        Each(text, catchers, "catcher_order_violations_total", "counter",
            "Changes that were not the next one of their order.", counts => counts.Violations);
        Each(text, catchers, "catcher_orders_joined_total", "counter",
            "Orders whose first change was received by another handler.", counts => counts.Joined);
        Each(text, catchers, "catcher_unchecked_total", "counter", "Bodies that are not a change of an order.", counts => counts.Unchecked);
        Each(text, catchers, "catcher_retries_total", "counter", "Requests that were not the first attempt.", counts => counts.Retries);
        Each(text, catchers, "catcher_registrations_total", "counter",
            "Registrations that Herald has granted.", counts => counts.Registrations);
        Each(text, catchers, "catcher_registrations_lost_total", "counter",
            "Registrations that another handler has taken over.", counts => counts.RegistrationsLost);
        Head(text, "catcher_customers", "gauge", "Customers for which the catcher is registered now.");
        foreach (var catcher in catchers)
            Line(text, "catcher_customers", $"catcher=\"{catcher.Number}\"", catcher.Customer is null ? 0 : 1);
        Head(text, "catcher_lag_seconds", "histogram", "Time from occurred_at to the first acknowledgement.");
        foreach (var catcher in catchers)
            Lags(text, catcher);
        return text.ToString();
    }

    private static void Each(
        StringBuilder text, IReadOnlyList<Catcher> catchers, string name, string type, string help, Func<CatcherCounts, long> count)
    {
        Head(text, name, type, help);
        foreach (var catcher in catchers)
            Line(text, name, $"catcher=\"{catcher.Number}\"", count(catcher.Counts));
    }

    private static void Lags(StringBuilder text, Catcher catcher)
    {
        var counts = catcher.Counts.Lags.Cumulative();
        for (var i = 0; i < counts.Length; i++)
        {
            var bound = i < LagBuckets.BoundsSeconds.Length ? LagBuckets.BoundsSeconds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            Line(text, "catcher_lag_seconds_bucket", $"catcher=\"{catcher.Number}\",le=\"{bound}\"", counts[i]);
        }
        Line(text, "catcher_lag_seconds_sum", $"catcher=\"{catcher.Number}\"", catcher.Counts.Lags.SumSeconds);
        Line(text, "catcher_lag_seconds_count", $"catcher=\"{catcher.Number}\"", counts[^1]);
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}{{{labels}}} {value}\n");
}
