using Microsoft.Extensions.Hosting;

namespace Herald.Server.Http;

/// <summary>Signals belong to the process, not to a library in it: the usual lifetime would take SIGTERM away from whoever hosts Herald.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
