using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Herald.Lab.Benches.Parts;

/// <summary>
/// Reads every body as JSON, appends it to a file, and answers 202 once it is on disk. It measures the cost of HTTP, JSON and the disk.
/// </summary>
internal sealed class RawAppend(string file, int answerBytes) : IHttpApplication<IFeatureCollection>, IDisposable
{
    private readonly GroupAppend _append = new(file);
    private readonly byte[] _answer = RawKestrel.AnswerOf(answerBytes);

    public void Dispose() => _append.Dispose();

    IFeatureCollection IHttpApplication<IFeatureCollection>.CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    void IHttpApplication<IFeatureCollection>.DisposeContext(IFeatureCollection context, Exception? exception) { }

    async Task IHttpApplication<IFeatureCollection>.ProcessRequestAsync(IFeatureCollection context)
    {
        var length = (int)(context.GetRequiredFeature<IHttpRequestFeature>().Headers.ContentLength ?? 0);
        var body = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await ReadAsync(context.GetRequiredFeature<IRequestBodyPipeFeature>(), body);
            ReadEvents(body.AsSpan(0, length));
            await _append.AppendAsync(body.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
        await RawKestrel.AcceptAsync(context, _answer);
    }

    private static async ValueTask ReadAsync(IRequestBodyPipeFeature request, byte[] into)
    {
        for (var length = 0; ;)
        {
            var read = await request.Reader.ReadAsync();
            read.Buffer.CopyTo(into.AsSpan(length));
            length += (int)read.Buffer.Length;
            request.Reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }

    /// <summary>Reads every token of every event. Invalid JSON throws and is answered with 500.</summary>
    private static void ReadEvents(ReadOnlySpan<byte> body)
    {
        var json = new Utf8JsonReader(body, new JsonReaderOptions { AllowMultipleValues = true });
        while (json.Read()) { }
    }
}
