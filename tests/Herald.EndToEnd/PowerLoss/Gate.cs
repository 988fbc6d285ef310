using Herald.TestKit.Traces;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>In front of a receiver: it refuses requests of processes that have ended, so that they are not told after their end.</summary>
internal sealed class Gate(string receiver, Lives lives, IHttpApplication<IFeatureCollection> inner) : IHttpApplication<IFeatureCollection>
{
    private int _underWay;
    private volatile bool _isClosed;

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => inner.CreateContext(contextFeatures);

    public void DisposeContext(IFeatureCollection context, Exception? exception) => inner.DisposeContext(context, exception);

    public void Open() => _isClosed = false;

    /// <summary>Refuses all requests, and waits for those that are under way.</summary>
    public Task CloseAsync(CancellationToken cancel)
    {
        _isClosed = true;
        return Wait.UntilAsync(
            () => Volatile.Read(ref _underWay) == 0, TimeSpan.FromSeconds(30), () => $"Requests to {receiver} do not end.", cancel);
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            var connection = context.GetRequiredFeature<IHttpConnectionFeature>().ConnectionId;
            var isMark = context.GetRequiredFeature<IHttpRequestFeature>().Path == TracedReceiver.MarkPath;
            if (!isMark && (_isClosed || lives.Of(receiver, connection) != lives.Now))
                context.GetRequiredFeature<IHttpResponseFeature>().StatusCode = 503;
            else
                await inner.ProcessRequestAsync(context);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
