using Herald.Email.Mails;
using Herald.Email.Smtp;
using Herald.Engine.Basics;
using Herald.Messages;
using Microsoft.Extensions.Logging;

namespace Herald.Email;

/// <summary>Delivers messages as mails, to <c>email://PROVIDER[/address]</c>.</summary>
internal sealed class EmailChannel : MessageChannel, IAsyncDisposable
{
    private static readonly MailRecipientCheck Recipients = new();

    private readonly IReadOnlyList<SmtpProvider> _providers;

    /// <param name="providers">The channel disposes them.</param>
    public EmailChannel(IReadOnlyList<SmtpProvider> providers, TimeProvider time, ILogger? logger = null)
        : base("email", ["email"], providers, time, logger) => _providers = providers;

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in _providers)
            await provider.DisposeAsync().ConfigureAwait(false);
    }

    protected override string? RefuseTo(string to) => Recipients.Refuse(to);

    protected override FieldProblem? Refuse(Message message, string? to) => to is null
        ? FieldProblem.Of("/to", "missing", $"Neither the message nor the endpoint has a recipient. {Mailboxes.Rule}")
        : base.Refuse(message, to);
}
