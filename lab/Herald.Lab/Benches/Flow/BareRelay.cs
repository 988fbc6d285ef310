using System.Buffers;
using System.Globalization;
using System.Threading.Channels;
using Herald.Lab.Benches.Delivery;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Benches.Traffic;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Herald.Lab.Benches.Flow;

/// <summary>
/// The HTTP part of a flow alone. Kestrel takes an event and answers, and loops post it to each endpoint with .NET's client, all with the
/// same signature. Each key has one loop per endpoint, so its order is kept. Nothing is checked, decided or saved; events wait in memory.
/// </summary>
internal sealed class BareRelay(Uri target, TimeProvider time) : IHttpApplication<IFeatureCollection>, IDisposable
{
    private const int LoopsPerEndpoint = 32;
    private const string Secret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private static readonly byte[] Answer = RawKestrel.AnswerOf(100);

    private readonly HttpMessageInvoker _http = BareWebhook.NewClient();
    private Channel<byte[]>[][] _endpoints = [];

    /// <summary>Sets the number of endpoints from now on.</summary>
    public void SendTo(int endpoints)
    {
        var before = _endpoints;
        Volatile.Write(ref _endpoints, [.. Enumerable.Range(0, endpoints).Select(Loops)]);
        foreach (var loop in before.SelectMany(loops => loops))
            loop.Writer.Complete();
    }

    public void Dispose() => _http.Dispose();

    private Channel<byte[]>[] Loops(int endpoint) => [.. Enumerable.Range(0, LoopsPerEndpoint).Select(_ => Begin(endpoint))];

    private Channel<byte[]> Begin(int endpoint)
    {
        var events = Channel.CreateUnbounded<byte[]>(new() { SingleReader = true });
        _ = SendAsync(new Uri(target, endpoint.ToString(CultureInfo.InvariantCulture)), events.Reader);
        return events;
    }

    private async Task SendAsync(Uri endpoint, ChannelReader<byte[]> events)
    {
        BareWebhook? signed = null;
        await foreach (var payload in events.ReadAllAsync())
        {
            signed ??= BareWebhook.Signed(endpoint, payload, Secret, time);
            using var request = (signed with { Body = payload }).ToRequest();
            using var response = await _http.SendAsync(request, CancellationToken.None);
        }
    }

    IFeatureCollection IHttpApplication<IFeatureCollection>.CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    void IHttpApplication<IFeatureCollection>.DisposeContext(IFeatureCollection context, Exception? exception) { }

    async Task IHttpApplication<IFeatureCollection>.ProcessRequestAsync(IFeatureCollection context)
    {
        var body = context.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        ReadOnlySequence<byte> whole;
        while (true)
        {
            var read = await body.ReadAsync();
            whole = read.Buffer;
            if (read.IsCompleted || whole.Length >= TrafficEvent.EnvelopeBytes)
                break;
            body.AdvanceTo(whole.Start, whole.End);
        }
        var payload = TrafficEvent.PayloadOf(whole);
        body.AdvanceTo(whole.End);
        var loop = TrafficEvent.KeyOf(payload) % LoopsPerEndpoint;
        foreach (var loops in Volatile.Read(ref _endpoints))
            loops[loop].Writer.TryWrite(payload);
        await RawKestrel.AcceptAsync(context, Answer);
    }
}
