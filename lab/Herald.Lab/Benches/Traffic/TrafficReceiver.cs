using System.Buffers;
using System.Globalization;
using Herald.Lab.Ledgers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Herald.Lab.Benches.Traffic;

/// <summary>Receives webhooks and bare payloads. The path of a request is the number of its <see cref="TrafficSink"/>.</summary>
internal sealed class TrafficReceiver(TimeProvider time) : IHttpApplication<IFeatureCollection>
{
    public const int SinkCount = 10;
    private readonly TrafficSink[] _sinks = MakeSinks(time);
    private LatencyHistogram _all = new();

    public IReadOnlyList<TrafficSink> Sinks => _sinks;

    public void Begin(TrafficOrder.Begin run)
    {
        _all = new LatencyHistogram();
        foreach (var sink in _sinks)
            sink.Begin(run, _all);
    }

    public DrainedTotals Look() => new([.. _sinks.Select(sink => sink.Look())], Latencies.Of(_all));

    IFeatureCollection IHttpApplication<IFeatureCollection>.CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    void IHttpApplication<IFeatureCollection>.DisposeContext(IFeatureCollection context, Exception? exception) { }

    async Task IHttpApplication<IFeatureCollection>.ProcessRequestAsync(IFeatureCollection context)
    {
        var sink = _sinks[int.Parse(context.GetRequiredFeature<IHttpRequestFeature>().Path.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture)];
        var one = await ReadAsync(context.GetRequiredFeature<IRequestBodyPipeFeature>());
        var gone = sink.Conduct == SinkConduct.Hang
            ? context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted
            : CancellationToken.None;
        context.GetRequiredFeature<IHttpResponseFeature>().StatusCode = await sink.TakeAsync(one, gone);
    }

    private static TrafficSink[] MakeSinks(TimeProvider time)
    {
        // The delays have a thread of their own, which is created only when an endpoint needs it.
        var delays = new Lazy<PreciseDelays>(() => new PreciseDelays(time));
        return [.. Enumerable.Range(0, SinkCount).Select(_ => new TrafficSink(time, length => delays.Value.WaitAsync(length)))];
    }

    private static async ValueTask<TrafficEvent> ReadAsync(IRequestBodyPipeFeature request)
    {
        while (true)
        {
            var read = await request.Reader.ReadAsync();
            if (read.IsCompleted || read.Buffer.Length >= TrafficEvent.PayloadBytes)
            {
                var one = Parse(read.Buffer);
                request.Reader.AdvanceTo(read.Buffer.End);
                return one;
            }
            request.Reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static TrafficEvent Parse(ReadOnlySequence<byte> body)
    {
        if (body.IsSingleSegment)
            return TrafficEvent.Parse(body.FirstSpan);
        return TrafficEvent.Parse(body.ToArray());
    }
}
