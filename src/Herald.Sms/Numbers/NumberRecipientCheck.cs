using Herald.Messages;

namespace Herald.Sms.Numbers;

/// <summary>A recipient of text messages is a phone number.</summary>
internal sealed class NumberRecipientCheck(PhoneNumberReader numbers) : IRecipientCheck
{
    public Destination Kind => Destination.Sms;

    public string? Refuse(string to) => numbers.Read(to).Problem;
}
