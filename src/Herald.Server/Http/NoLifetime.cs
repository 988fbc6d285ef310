using Microsoft.Extensions.Hosting;

namespace Herald.Server.Http;

/// <summary>
/// Handles no signals: they belong to the process, not to a library in it. The default lifetime would take SIGTERM away from the host of
/// Herald.
/// </summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
