using Xunit;

namespace Herald.Server.Tests.Http;

public sealed class TogetherTests
{
    [Fact]
    public async Task Sources_stop_at_the_same_time()
    {
        var (begun, all) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var sources = new Together();
        for (var i = 0; i < 3; i++)
            sources.Add(new Source(StopAsync));
        await sources.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), RunningServer.Cancel);
        Assert.Equal(3, begun);

        // No stop completes before all have begun.
        Task StopAsync()
        {
            if (Interlocked.Increment(ref begun) == 3)
                all.SetResult();
            return all.Task;
        }
    }

    [Fact]
    public async Task A_source_whose_stop_fails_keeps_no_other_from_stopping()
    {
        var (stopped, sources) = (false, new Together());
        sources.Add(new Source(() => Task.FromException(new IOException("gone"))));
        sources.Add(new Source(async () =>
        {
            await Task.Yield();
            stopped = true;
        }));
        await Assert.ThrowsAsync<IOException>(async () => await sources.DisposeAsync());
        Assert.True(stopped);
    }

    private sealed class Source(Func<Task> stop) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await stop();
    }
}
