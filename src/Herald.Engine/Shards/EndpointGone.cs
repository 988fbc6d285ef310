using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Shards;

/// <summary>An endpoint has answered that it is gone.</summary>
/// <param name="Subscription">The subscription as the attempt had it.</param>
internal sealed record EndpointGone(Subscription Subscription, AttemptResult Result)
{
    /// <summary>Disables the subscription, unless it was changed since, and reports that if it asks for it.</summary>
    /// <exception cref="StoreUnavailableException">The subscription may still be active.</exception>
    public async Task DisableAsync(ShardServices services)
    {
        var (tenant, id) = TenantId.Split(Subscription.FullId);
        var done = await services.Catalog.Of(tenant)
            .DisableAsync(id, Subscription.EndpointRevision, Result.Reason, CancellationToken.None);
        // Of several attempts that find out at the same time, one disables.
        if (done is not { Outcome: CatalogOutcome.Updated, Value: { } disabled })
            return;
        if (services.Disablings.TryTake(out var leftOut))
        {
            services.Logger.LogWarning(
                "Subscription {Subscription} is disabled, because its endpoint is gone: {Reason}. Its events wait. Change its "
                + "endpoint, resume it, or delete it.{More}", Subscription.FullId, Result.Reason,
                leftOut == 0 ? "" : $" {leftOut} more were disabled since the last of these lines.");
        }
        if (disabled.Reports is { } request && (request.On & ReportKinds.Disabled) != 0)
            await ReportAsync(disabled, request, services);
    }

    /// <summary>
    /// The catalog and the log are not changed in one step, so a process that dies between the two does not report. What the catalog says
    /// stays true.
    /// </summary>
    private async Task ReportAsync(Subscription disabled, ReportRequest request, ShardServices services)
    {
        try
        {
            if (await services.Catalog.Of(disabled.Tenant).FindTopicAsync(request.Topic, CancellationToken.None) is not { } topic)
            {
                Drop($"its topic '{request.Topic}' does not exist. Create the topic again, or name another one.", services);
                return;
            }
            var verdicts = new Appended[1];
            var report = services.Reports.WriteDisabled(topic, disabled, Result);
            await services.Log.AppendAsync(new[] { report }, verdicts, CancellationToken.None);
            if (verdicts[0].Verdict == Verdict.Accepted)
                services.Metrics.Reported(1);
            else
                Drop($"the store did not accept it: {verdicts[0].Verdict}.", services);
        }
        catch (StoreUnavailableException failure)
        {
            Drop($"the store was not available: {failure.Message}", services);
        }
    }

    private void Drop(string why, ShardServices services)
    {
        services.Metrics.ReportsDropped(1);
        services.Logger.LogWarning("The report that subscription {Subscription} was disabled is lost: {Why}", Subscription.FullId, why);
    }
}
