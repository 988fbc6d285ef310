using System.Globalization;
using System.Text;
using Herald.Lab.Benches.Load;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Delivery;

/// <summary>
/// Another limit of delivery: a native client that posts the same signed webhook to the same receiver. Body and signature are prepared in
/// advance, and the connections stay open.
/// </summary>
internal sealed class NativeContender : IContender
{
    public const string ContenderName = "native client";
    private const int Connections = 64, Threads = 1;
    private readonly ReceiverPart _receiver;
    private readonly Uri _target;
    private readonly BenchRig _rig;
    private long _answered, _unanswered;

    private NativeContender(ReceiverPart receiver, Uri target, BenchRig rig) =>
        (_receiver, _target, _rig, Processes) = (receiver, target, rig, [CpuSource.OfEndedChildren(Wrk.Program), receiver.Cpu]);

    public string Name => ContenderName;
    public IReadOnlyList<CpuSource> Processes { get; }

    /// <summary>
    /// Requests that were answered, and how many more can have arrived: the client closes its connections when the time is over.
    /// </summary>
    public (long Answered, long Unanswered) Sent => (_answered, _unanswered);

    /// <returns>Null when there is no native client; a note reports that.</returns>
    public static NativeContender? Find(ReceiverPart receiver, Uri target, BenchRig rig)
    {
        rig.Note(Wrk.IsInstalled
            ? $"The native client is wrk, with {Connections} connections that stay open. Body and signature are prepared in advance."
            : "wrk is not installed, so there is no native client beside the .NET loop.");
        return Wrk.IsInstalled ? new(receiver, target, rig) : null;
    }

    public Task WarmUpAsync(TimeSpan length, CancellationToken cancel) => MeasureAsync(length, cancel);

    public Task PrepareAsync(TimeSpan length, CancellationToken cancel) => Task.CompletedTask;

    public async Task<double> MeasureAsync(TimeSpan length, CancellationToken cancel)
    {
        var script = Path.Combine(_rig.Directory.Path.FullName, "deliver.lua");
        // Written anew each time, because a receiver refuses old signatures.
        await File.WriteAllTextAsync(script, Script(), cancel);
        var result = await Wrk.RunAsync(script, _target, Threads, Connections, length, cancel);
        if (result.Refused > 0 || result.Broken > 0)
            _rig.Fail(string.Create(CultureInfo.InvariantCulture,
                $"Of the native client's {result.Requests} requests {result.Refused} were refused, and {result.Broken} got no answer."));
        _answered += result.Requests;
        _unanswered += Connections;
        return result.RequestsPerSecond;
    }

    private string Script()
    {
        var body = new byte[NumberedPayload.Bytes];
        NumberedPayload.Write(body, 1, 1);
        var webhook = BareWebhook.Signed(_target, body, _receiver.Secret, _rig.Time);
        var head = new StringBuilder(
            $"POST {_target.AbsolutePath} HTTP/1.1\r\nHost: {_target.Authority}\r\nContent-Type: application/json\r\n");
        foreach (var (name, value) in webhook.Headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
        return $"""
            local request_text = {Wrk.Quote(head + Encoding.UTF8.GetString(body))}

            function request()
              return request_text
            end

            {Wrk.Done}
            """;
    }
}
