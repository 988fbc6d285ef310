using System.Security.Cryptography.X509Certificates;
using Herald.TestKit.Receivers;
using Herald.TestKit.Time;

namespace Herald.Outbound.Tests;

/// <summary>A sender with a clock of its own, and a receiver with a script.</summary>
public abstract class OutboundTest : IAsyncDisposable
{
    internal static readonly byte[] Payload = "{\"test\": 2432232314}"u8.ToArray();

    private readonly List<HttpSender> _senders = [];

    protected ManualClock Clock { get; } = new();

    protected ScriptedReceiver Receiver { get; } = new();

    protected static OutboundOptions Local { get; } = new() { AllowedNetworks = ["127.0.0.0/8"] };

    protected static X509Certificate2 Certificate { get; } = TestCertificate.Create();

    internal static OutboundOptions Trusting { get; } = Local with { AcceptCertificate = (_, shown, _, _) => Certificate.Equals(shown) };

    protected static SendRules Rules { get; } = new(TimeSpan.FromSeconds(15));

    protected static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var sender in _senders)
            sender.Dispose();
        await Receiver.DisposeAsync();
    }

    protected HttpSender Sender(OutboundOptions? options = null, TimeProvider? time = null)
    {
        var sender = new HttpSender(options ?? Local, time ?? Clock);
        _senders.Add(sender);
        return sender;
    }

    /// <summary>Sends a small POST request: to the receiver, unless another target is given.</summary>
    protected Task<SendResult> SendAsync(HttpSender? sender = null, Uri? target = null, SendRules? rules = null) =>
        (sender ?? Sender()).SendAsync(Post, target ?? Receiver.Endpoint, rules ?? Rules, TestEnd).AsTask();

    protected static OutboundRequest Post(Uri target) => new(HttpMethod.Post, target, Payload);
}
