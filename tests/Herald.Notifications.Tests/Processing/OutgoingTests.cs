using System.Text;
using System.Text.Json.Nodes;
using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Notifications.Posts;
using Herald.Notifications.Processing;
using Herald.Notifications.Recipients;
using Herald.Notifications.Templates;

namespace Herald.Notifications.Tests.Processing;

/// <summary>What follows from a post with the settings of now, which can have changed since it came.</summary>
public sealed class OutgoingTests
{
    private static readonly NotificationsOptions Usual = new()
    {
        Destinations = new Dictionary<string, DestinationOptions>
        {
            ["email"] = new() { Endpoint = new("email://main"), DefaultTo = "office@example.com" },
            ["sms"] = new() { Endpoint = new("sms://main") },
            ["push"] = new() { External = true },
        },
        Templates = new Dictionary<string, TemplateOptions> { ["big"] = new() { Text = string.Concat(Enumerable.Repeat("{{a}}", 1000)) } },
    };

    private static readonly Post Plain = new() { Uuid = Guid.Parse("0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0001"), Destination = Destination.Email, Text = "Hello" };

    [Fact]
    public void The_default_recipient_is_filled_in_and_not_asked()
    {
        var outgoing = Of(Plain);
        Assert.Null(outgoing.AskFor);
        Assert.Equal("office@example.com", Message(outgoing)["to"]!.ToString());
    }

    [Fact]
    public void A_recipient_of_the_post_is_asked_unless_recipients_are_off()
    {
        var asked = Of(Plain with { To = "Anna@example.com", Priority = MessagePriority.High });
        Assert.Equal("email:anna@example.com", asked.AskFor!.Text);
        var ask = AskPayload.Read(asked.Payload);
        Assert.Equal((true, "email:anna@example.com"), (ask.Ask.IsHigh, ask.Ask.For.Text));
        Assert.Equal("Anna@example.com", JsonNode.Parse(ask.Message.Span)!["to"]!.ToString());
        Assert.Null(Of(Plain with { To = "anna@example.com" }, Usual with { Recipients = false }).AskFor);
    }

    [Theory]
    [InlineData(Destination.Slack, null, null, Outgoing.NotConfigured, "notifications.destinations.slack")]
    [InlineData(Destination.Sms, null, null, Outgoing.NoRecipient, "notifications.destinations.sms.defaultTo")]
    [InlineData(Destination.Email, null, "gone", Outgoing.TemplateGone, "notifications.templates.gone")]
    [InlineData(Destination.Email, "a@example.com", "big", Outgoing.TooLarge, "intake.maxPayloadBytes")]
    public void What_the_settings_lack_is_the_reason(Destination destination, string? to, string? template, string reason, string words)
    {
        var post = Plain with { Destination = destination, To = to, Template = template, Text = template is null ? "Hello" : null };
        var outgoing = Of(post with { Params = TextMap.Of([new("a", new string('x', 100))]) });
        Assert.Equal(reason, outgoing.Failure!.Value.Reason);
        Assert.Contains(words, outgoing.Failure.Value.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_person_needs_the_records()
    {
        Assert.Equal("user:42", Of(Plain with { To = "user:42" }).AskFor!.Text);
        Assert.Null(JsonNode.Parse(AskPayload.Read(Of(Plain with { To = "user:42" }).Payload).Message.Span)!["to"]);
        Assert.Equal(Outgoing.NoRecipient, Of(Plain with { To = "user:42" }, Usual with { Recipients = false }).Failure!.Value.Reason);
    }

    [Fact]
    public void Another_program_gets_the_post_with_the_public_name()
    {
        var message = Message(Of(Plain with { Destination = Destination.Push }));
        Assert.Equal(("PUSH", "Hello", "1800000000000"), (message["destination"]!.ToString(), message["txt"]!.ToString(), message["server_received_timestamp"]!.ToString()));
    }

    [Theory]
    [InlineData("<p>Fish &amp; chips</p>", "Fish & chips")]
    [InlineData("<br>", " ")]
    [InlineData("5 > 4 &lt; 6", "5 > 4 < 6")]
    public void Html_has_words(string html, string words) => Assert.Equal(words, Message(Of(Plain with { Text = null, Html = html }))["text"]!.ToString());

    [Fact]
    public void A_message_gets_its_recipient()
    {
        Assert.Equal("""{"to":"a\"b","x":1}""", Encoding.UTF8.GetString(AskPayload.WithTo("""{"x":1}"""u8.ToArray(), "a\"b")));
        Assert.Equal("""{"to":"a"}""", Encoding.UTF8.GetString(AskPayload.WithTo("{}"u8.ToArray(), "a")));
    }

    private static Outgoing Of(Post post, NotificationsOptions? options = null)
    {
        options ??= Usual;
        return new OutgoingWriter(options, PostRulesOf.Settings(options, [], 64 << 10)).Of(post, 1_800_000_000_000);
    }

    private static JsonNode Message(Outgoing outgoing)
    {
        Assert.Null(outgoing.Failure);
        return JsonNode.Parse(outgoing.Payload.Span)!;
    }
}
