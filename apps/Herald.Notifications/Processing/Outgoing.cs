using System.Buffers;
using System.Net;
using System.Text;
using Herald.Hosting.Wire;
using Herald.Messages;
using Herald.Notifications.Posts;
using Herald.Notifications.Recipients;

namespace Herald.Notifications.Processing;

/// <summary>What follows from a post when it is its time: a message to send, a question about the recipient, or the reason why neither.</summary>
/// <param name="AskFor">The recipient whose rules are asked first; null when the message is sent at once.</param>
/// <param name="Payload">Of the send, or of the ask. Empty after a failure.</param>
/// <param name="Failure">Why it can never be sent, as in the status; null otherwise.</param>
internal sealed record Outgoing(RecipientKey? AskFor, ReadOnlyMemory<byte> Payload, (string Reason, string Words)? Failure = null)
{
    public const string NotConfigured = "not-configured", TemplateGone = "template-gone", NoRecipient = "no-recipient", TooLarge = "too-large",
        Defect = "defect";

    /// <summary>The settings lack what the post needs. It can be a mistake, which a restart with other settings corrects.</summary>
    public bool LacksSetting => Failure is { Reason: NotConfigured or TemplateGone or NoRecipient };

    public static Outgoing Fail(string reason, string words) => new(null, default, (reason, words));
}

/// <summary>
/// Makes what is sent of a post with the settings of now: the default recipient, and the texts of the template. They can have changed since
/// the post came, so each lack of them is a reason for the status.
/// </summary>
internal sealed class OutgoingWriter(NotificationsOptions options, PostRules rules)
{
    /// <summary>A message has a text, which a post with html or data only has not.</summary>
    private const string NoText = " ";

    public Outgoing Of(Post post, long receivedMs)
    {
        var name = PostNames.CanonicalOf(post.Destination);
        if (!rules.Destinations.TryGetValue(post.Destination, out var rule) || !options.Destinations.TryGetValue(name, out var destination))
            return Outgoing.Fail(Outgoing.NotConfigured, $"notifications.destinations.{name} is not set any more.");
        if (post.Template is { } template)
        {
            if (!rules.Templates.TryGetValue(template, out var texts))
                return Outgoing.Fail(Outgoing.TemplateGone, $"notifications.templates.{template} is not set any more.");
            post = post with
            {
                Subject = post.Subject ?? texts.Subject?.Fill(post.Params),
                Text = post.Text ?? texts.Text?.Fill(post.Params),
                Html = post.Html ?? (post.Destination == Destination.Email ? texts.Html?.Fill(post.Params) : null),
                Template = null,
                Params = Engine.Basics.TextMap.Empty,
            };
        }
        var to = post.To ?? destination.DefaultTo;
        if (to is null && rule.NeedsTo)
            return Outgoing.Fail(Outgoing.NoRecipient, $"notifications.destinations.{name}.defaultTo is not set any more.");
        var isPerson = to is not null && RecipientKey.IsPersonText(to);
        // The settings' own recipient has no rules, unless it is a person, whose record has the address.
        var asks = options.Recipients && to is not null && (post.To is not null || isPerson);
        if (isPerson && !options.Recipients)
            return Outgoing.Fail(Outgoing.NoRecipient, $"{to} is a person, and notifications.recipients is off.");
        var message = destination.External ? ForKafka(post, isPerson ? null : to, receivedMs) : ForChannel(post, isPerson ? null : to);
        if (!asks)
            return Fitting(null, message);
        var ask = new Ask
        {
            Uuid = post.Uuid,
            For = RecipientKey.Of(post.Destination, to!),
            Destination = post.Destination,
            IsHigh = post.Priority == MessagePriority.High,
            Category = post.Category,
            ExpiresMs = post.ExpiresMs,
        };
        return Fitting(ask.For, new AskPayload(ask, message).ToBytes());
    }

    /// <summary>Settings can have changed since the post came: the texts of a template, and the largest payload.</summary>
    private Outgoing Fitting(RecipientKey? askFor, ReadOnlyMemory<byte> payload) => payload.Length <= rules.MaxPayloadBytes
        ? new(askFor, payload)
        : Outgoing.Fail(
            Outgoing.TooLarge, $"{payload.Length:N0} bytes, and an event has at most {rules.MaxPayloadBytes:N0} (intake.maxPayloadBytes).");

    private static ReadOnlyMemory<byte> ForKafka(Post post, string? to, long receivedMs)
    {
        var into = new ArrayBufferWriter<byte>(512);
        PostWriter.WriteForKafka(post with { To = to, NotBeforeMs = null }, receivedMs, into);
        return into.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> ForChannel(Post post, string? to)
    {
        var into = new ArrayBufferWriter<byte>(512);
        var json = new CanonicalJson(into);
        json.Write("{\"uuid\":\""u8);
        Encoding.ASCII.GetBytes($"{post.Uuid:D}", into);
        json.Write("\""u8);
        Write(json, ",\"destination\":"u8, PostNames.CanonicalOf(post.Destination));
        Write(json, ",\"to\":"u8, to);
        Write(json, ",\"subject\":"u8, post.Subject);
        Write(json, ",\"text\":"u8, post.Text ?? (post.Html is { } html ? TextOfHtml(html) : NoText));
        Write(json, ",\"html\":"u8, post.Html);
        if (post.Data.Count > 0)
        {
            json.Write(",\"data\":{"u8);
            var isFirst = true;
            foreach (var (key, value) in post.Data)
            {
                Write(json, isFirst ? ""u8 : ","u8, key);
                Write(json, ":"u8, value);
                isFirst = false;
            }
            json.Write("}"u8);
        }
        Write(json, ",\"category\":"u8, post.Category);
        Write(json, ",\"priority\":"u8, post.Priority == MessagePriority.Normal ? null : PostNames.Of(post.Priority));
        Write(json, ",\"expires\":"u8, post.ExpiresMs is { } end ? TimeText.OfUnixMs(end) : null);
        Write(json, ",\"unsubscribe\":"u8, post.Unsubscribe);
        json.Write("}"u8);
        return into.WrittenMemory;
    }

    private static void Write(CanonicalJson json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is null)
            return;
        json.Write(name);
        json.WriteText(value);
    }

    /// <summary>The words of html for readers that show no html: without tags.</summary>
    internal static string TextOfHtml(string html)
    {
        var text = new StringBuilder(html.Length);
        var isInTag = false;
        foreach (var c in html)
        {
            if (c == '<')
                isInTag = true;
            else if (c == '>' && isInTag)
                isInTag = false;
            else if (!isInTag)
                text.Append(c);
        }
        var words = WebUtility.HtmlDecode(text.ToString()).Replace('\0', ' ').Trim();
        return words.Length == 0 ? NoText : words;
    }
}
