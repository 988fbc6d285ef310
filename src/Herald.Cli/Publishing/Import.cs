using Herald.Client;
using Herald.Hosting.Commands;

namespace Herald.Cli.Publishing;

/// <summary>Publishes lines in batches and counts the results. It stops at the first batch that gets no verdicts.</summary>
internal sealed class Import(HeraldClient client, string topic, TimeSpan retryFor, TimeProvider time)
{
    public const int BatchEvents = 500;

    /// <summary>A batch that has grown to this size is sent early, so that large payloads do not make requests too large.</summary>
    private const int BatchBytes = 4 << 20;

    private readonly EventPublisher _publisher = new(() => client, topic, retryFor, time);

    public PublishTally Tally { get; } = new();

    /// <summary>Every line has a verdict.</summary>
    public bool Complete { get; private set; }

    /// <param name="progress">Called with the number of bytes of the input that have verdicts.</param>
    public async Task<ExitCode> RunAsync(IAsyncEnumerable<PublishLine> lines, ClientCall call, Action<long>? progress)
    {
        var cancel = call.Cancel;
        var batch = new List<PublishLine>(BatchEvents);
        var body = new MemoryStream();
        try
        {
            await foreach (var line in lines.WithCancellation(cancel))
            {
                if (line.Problem is { } problem)
                {
                    Tally.Refuse(line.Number, problem);
                    continue;
                }
                batch.Add(line);
                body.Write(line.Envelope);
                body.WriteByte((byte)'\n');
                if (batch.Count < BatchEvents && body.Length < BatchBytes)
                    continue;
                if (await SendAsync(batch, body, call) is { } failure)
                    return failure;
                progress?.Invoke(line.ReadBytes);
            }
            if (batch.Count > 0 && await SendAsync(batch, body, call) is { } last)
                return last;
            Complete = true;
            return Tally.Refused == 0 ? ExitCode.Ok : ExitCode.Refused;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (HttpRequestException failure) when (Tally.LastLine > 0)
        {
            return call.Terminal.Fail(ExitCode.NotReachable, $"Herald at {client.Server} no longer answers: {failure.Message}");
        }
    }

    private async Task<ExitCode?> SendAsync(List<PublishLine> batch, MemoryStream body, ClientCall call)
    {
        var reply = await _publisher.SendAsync(body.GetBuffer().AsMemory(0, (int)body.Length), call.Cancel);
        if (!Tally.Count(reply, batch))
            return await call.RefuseAsync(reply)
                ?? call.Terminal.Fail(ExitCode.Failed, $"Herald answered {reply.Status} without a result for each event.");
        batch.Clear();
        body.SetLength(0);
        return null;
    }
}
