using Herald.Engine.Basics;

namespace Herald.Notifications.Templates;

/// <summary>The options of one template. Posts name it, and give the parameters for its places.</summary>
public sealed record TemplateOptions
{
    [Setting("The subject of mails, and the title of push messages, with places such as {{name}} for parameters.", None = "none")]
    public string? Subject { get; init; }

    [Setting("The text, with places such as {{name}} for parameters.", None = "none")]
    public string? Text { get; init; }

    [Setting("The html of mails, with places such as {{name}} for parameters. A parameter is shown as it is written.", None = "none")]
    public string? Html { get; init; }
}
