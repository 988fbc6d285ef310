using System.Diagnostics;
using Herald.Hosting.Access;
using Herald.Hosting.Metrics;
using Herald.Hosting.Wire;
using Herald.Server.Publishing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Metrics;

/// <summary><c>GET /metrics</c>: the meters, the counters of front and store, and the resources that the process uses.</summary>
internal sealed class MetricsEndpoint(
    MetricsCollector collector, PublishCounters publishing, BodyBudget budget, Action<PrometheusText> writeStore, TimeProvider time,
    long startedAt)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", Read).RequireScope(Scopes.Operate)
            .WithTags("operate").WithName("metrics").WithSummary("Get metrics in the Prometheus text format")
            .Produces<string>(StatusCodes.Status200OK, "text/plain");

    private MetricsPage Read()
    {
        var text = new PrometheusText();
        collector.Write(text);
        WriteFront(text);
        writeStore(text);
        WriteProcess(text);
        return new MetricsPage(text);
    }

    private void WriteFront(PrometheusText text)
    {
        const string Events = "herald_http_publish_events_total";
        text.Single("herald_http_publish_requests_total", "counter", "Publish requests that were read.", publishing.Requests);
        text.Head(Events, "counter", "Events published over HTTP, by result.");
        text.Sample(Events, "status=\"accepted\"", publishing.Accepted);
        text.Sample(Events, "status=\"duplicate\"", publishing.Duplicates);
        text.Sample(Events, "status=\"conflict\"", publishing.Conflicts);
        text.Sample(Events, "status=\"refused\"", publishing.Refused);
        text.Single("herald_http_body_bytes_in_flight", "gauge",
            "Memory of large request bodies and their events until they are answered (limited by maxBodyBytesInFlight).", budget.Taken);
        text.Single("herald_uptime_seconds", "gauge", "Time since the start.", time.GetElapsedTime(startedAt).TotalSeconds);
    }

    private static void WriteProcess(PrometheusText text)
    {
        using var process = Process.GetCurrentProcess();
        text.Single("process_cpu_seconds_total", "counter", "User and system CPU time.", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Single("process_resident_memory_bytes", "gauge", "Resident memory.", Environment.WorkingSet);
        text.Single(
            "process_start_time_seconds", "gauge", "Start of the process, in Unix time.",
            new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000d);
        text.Single("process_threads", "gauge", "Threads of the process.", process.Threads.Count);
        if (OperatingSystem.IsLinux())
            text.Single("process_open_fds", "gauge", "Open file descriptors.", Directory.GetFiles("/proc/self/fd").Length);
        text.Single("dotnet_gc_heap_bytes", "gauge", "Managed memory in use.", GC.GetTotalMemory(false));
        text.Single("dotnet_gc_committed_bytes", "gauge", "Managed memory committed.", GC.GetGCMemoryInfo().TotalCommittedBytes);
        text.Single("dotnet_gc_allocated_bytes_total", "counter", "Managed memory allocated since the start.", GC.GetTotalAllocatedBytes());
        text.Single(
            "dotnet_gc_pause_seconds_total", "counter", "Time paused by garbage collection.", GC.GetTotalPauseDuration().TotalSeconds);
        text.Single("dotnet_threadpool_threads", "gauge", "Threads of the thread pool.", ThreadPool.ThreadCount);
        text.Single("dotnet_threadpool_pending", "gauge",
            "Work items that wait for a thread of the pool.", ThreadPool.PendingWorkItemCount);
    }
}
