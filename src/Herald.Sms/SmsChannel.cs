using Herald.Messages;
using Herald.Messages.Providers;
using Herald.Sms.Numbers;
using Microsoft.Extensions.Logging;

namespace Herald.Sms;

/// <summary>Delivers messages as text messages: <c>sms://PROVIDER[/number]</c>.</summary>
public sealed class SmsChannel(
    IEnumerable<IProvider> providers, PhoneNumberReader numbers, TimeProvider time, ILogger? logger = null)
    : MessageChannel("sms", ["sms"], providers, time, logger)
{
    protected override string? RefuseTo(string to) => numbers.Read(to).Problem;
}
