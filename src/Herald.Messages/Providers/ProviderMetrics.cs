using System.Diagnostics.Metrics;

namespace Herald.Messages.Providers;

/// <summary>The metrics of providers in this process. Labels are bounded by the settings.</summary>
internal static class ProviderMetrics
{
    private static readonly Meter Own = new("Herald.Messages");
    private static readonly Counter<long> Results = Own.CreateCounter<long>(
        "herald_provider_results_total", description: "What providers did with messages, by section of the settings, provider and result.");

    public static void Count(string section, string provider, SendCertainty certainty) =>
        Results.Add(1, new("section", section), new("provider", provider), new("result", NameOf(certainty)));

    private static string NameOf(SendCertainty certainty) => certainty switch
    {
        SendCertainty.Accepted => "accepted",
        SendCertainty.NotSent => "not-sent",
        SendCertainty.Throttled => "throttled",
        SendCertainty.Refused => "refused",
        SendCertainty.Unknown => "unknown",
        SendCertainty.NotTried => "not-tried",
    };
}
