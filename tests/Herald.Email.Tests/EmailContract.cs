using System.Threading.Channels;
using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.LocalServers.Mail;
using Herald.TestKit.Receivers;
using MimeKit;

namespace Herald.Email.Tests;

public sealed class EmailContract : ChannelContract
{
    protected override Task<ChannelHarness> CreateAsync() => Task.FromResult<ChannelHarness>(new Harness());

    private sealed class Harness : ChannelHarness
    {
        private readonly Channel<ReceivedMail> _received = System.Threading.Channels.Channel.CreateUnbounded<ReceivedMail>();
        private readonly RefusingPort _refusing = new();
        private readonly LocalMailServer _server;
        private readonly EmailChannel _channel;
        private ReceiverMood _mood;

        public Harness()
        {
            _server = new(new MailServerOptions { Plan = Plan });
            _channel = new(
                [
                    new("main", MailPlace.OpenOptions(_server.Port), new(new() { Guard = false }, Clock), Clock),
                    new("away", MailPlace.OpenOptions(_refusing.Port), new(new() { Guard = false }, Clock), Clock),
                ],
                Clock);
        }

        public override IChannel Channel => _channel;
        public override Uri Endpoint => new("email://main/ann@example.com");
        public override Uri UnreachableEndpoint => new("email://away/ann@example.com");
        public override Uri ImpossibleEndpoint => new("email://main/nobody");
        public override int LargestPayload => 700_000;

        public override byte[] PayloadOf(byte[] bytes) => PayloadText.Write(bytes);

        public override void Behave(ReceiverMood mood) => _mood = mood;

        public override async Task<(string MessageId, byte[] Payload)> NextAsync(CancellationToken cancel)
        {
            var mail = await MimeMessage.LoadAsync(new MemoryStream((await _received.Reader.ReadAsync(cancel)).Content), cancel);
            return (mail.MessageId!.Split('@')[0], PayloadText.Read(mail.TextBody!));
        }

        public override async ValueTask DisposeAsync()
        {
            await _channel.DisposeAsync();
            await _server.DisposeAsync();
            _refusing.Dispose();
        }

        private MailAnswer? Plan(MailStep step)
        {
            if (step.Stage != MailStage.End)
                return null;
            _received.Writer.TryWrite(step.Mail!);
            return _mood switch
            {
                ReceiverMood.Accepting => null,
                ReceiverMood.Failing => new MailAnswer.Say(451, "4.3.0 Not now"),
                ReceiverMood.Hanging => new MailAnswer.Hang(),
            };
        }
    }
}
