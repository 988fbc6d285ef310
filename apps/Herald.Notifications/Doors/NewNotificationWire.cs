using System.ComponentModel;

namespace Herald.Notifications.Doors;

/// <summary>A post for the API's description. <see cref="Posts.PostReader"/> reads it, because it finds everything that is wrong.</summary>
[Description("A request to tell somebody something.")]
internal sealed record NewNotificationWire
{
    [Description("A uuid of the caller's own. The same uuid again, with the same content, has no second effect.")]
    public required string Uuid { get; set; }

    [Description("The text. It can be left out when a template, an html or, for PUSH, data says everything. text is another name of it.")]
    public string? Txt { get; set; }

    [Description("EMAIL, SMS, SLACK or PUSH, in any letter case.")]
    public required string Destination { get; set; }

    [Description(
        "An address in the form of the destination, or a person as user:NAME. For PUSH also the subscription of a browser, as an object. "
            + "It can be left out when the destination has a recipient of its own.")]
    public string? To { get; set; }

    [Description("For EMAIL and PUSH.")]
    public string? Subject { get; set; }

    [Description("For EMAIL.")]
    public string? Html { get; set; }

    [Description("Values for applications that read push messages, and for templates of providers.")]
    public IReadOnlyDictionary<string, string>? Data { get; set; }

    [Description("A template of the settings. It gives the texts that the notification does not have.")]
    public string? Template { get; set; }

    [Description("The parameters of the template.")]
    public IReadOnlyDictionary<string, string>? Params { get; set; }

    [Description("It is sent at this time, and not before: a time as in RFC 3339.")]
    public string? NotBefore { get; set; }

    [Description("Nothing is sent after this time.")]
    public string? Expires { get; set; }

    [Description("low, normal or high. High passes quiet hours, limits and other traffic.")]
    public string? Priority { get; set; }

    [Description("What it is about, for the wishes of recipients: 1 to 63 lower-case letters, digits and hyphens.")]
    public string? Category { get; set; }

    [Description("Where the recipient ends such messages: an https or mailto address.")]
    public string? Unsubscribe { get; set; }
}
