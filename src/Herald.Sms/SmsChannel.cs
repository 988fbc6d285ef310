using Herald.Messages;
using Herald.Messages.Providers;
using Herald.Sms.Numbers;

namespace Herald.Sms;

/// <summary>Delivers messages as text messages: <c>sms://PROVIDER[/number]</c>.</summary>
public sealed class SmsChannel(IEnumerable<IProvider> providers, PhoneNumberReader numbers, TimeProvider time)
    : MessageChannel("sms", ["sms"], providers, time)
{
    protected override string? RefuseTo(string to) => numbers.Read(to).Problem;
}
