using PhoneNumbers;

namespace Herald.Sms.Numbers;

/// <summary>Reads phone numbers as people write them, and writes them in the form of E.164: <c>+4917012345678</c>.</summary>
/// <param name="region">The country of numbers that are written without one; null when each needs its own.</param>
public sealed class PhoneNumberReader(string? region)
{
    private const int Longest = 64;

    /// <summary>The plus sign and the 15 digits of E.164.</summary>
    private const int LongestNumber = 16;

    private const int NorthAmerica = 1, ShortestUnknown = 7;

    private static readonly PhoneNumberUtil Numbers = PhoneNumberUtil.GetInstance();

    /// <returns>The number in the form of E.164, or what is wrong with the text, as a sentence.</returns>
    public (string? Number, string? Problem) Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // The library also reads words, as on the keys of a phone, and extensions, neither of which a text message reaches.
        if (text.Length is 0 or > Longest || !text.All(c => char.IsAsciiDigit(c) || "+ -./()\u00a0".Contains(c, StringComparison.Ordinal)))
            return (null, $"A phone number has digits, and may have +, spaces, dots, hyphens, slashes and parentheses. {Form}");
        PhoneNumber number;
        try
        {
            number = Numbers.Parse(text, region);
        }
        catch (NumberParseException e)
        {
            return (null, e.ErrorType == ErrorType.INVALID_COUNTRY_CODE
                ? $"It has no country, or one that does not exist. {Form}" : $"It is no phone number. {Form}");
        }
        // The plans of some countries have longer numbers, but no network carries more than E.164 allows.
        if (!Exists(number) || Numbers.Format(number, PhoneNumberFormat.E164).Length > LongestNumber)
            return (null, $"There is no such number: its length or its first digits are in no plan. {Form}");
        // Numbers that cost the caller nothing get text messages in North America.
        return Numbers.GetNumberType(number) is PhoneNumberType.PREMIUM_RATE or PhoneNumberType.SHARED_COST or PhoneNumberType.UAN
            or PhoneNumberType.VOICEMAIL or PhoneNumberType.PAGER
            || (Numbers.GetNumberType(number) == PhoneNumberType.TOLL_FREE && number.CountryCode != NorthAmerica)
            ? (null, "It is a service number, which does not get text messages. Use the number of a phone.")
            : (Numbers.Format(number, PhoneNumberFormat.E164), null);
    }

    /// <summary>
    /// New ranges are opened every month, and a library learns of them later. So the length is enough, and the gateway knows the rest. But
    /// what is shorter than numbers of most countries, such as an area code alone, must be a known number.
    /// </summary>
    private static bool Exists(PhoneNumber number) => Numbers.IsValidNumber(number)
        || (Numbers.IsPossibleNumberWithReason(number) == PhoneNumberUtil.ValidationResult.IS_POSSIBLE
            && Numbers.GetNationalSignificantNumber(number).Length >= ShortestUnknown);

    private string Form => region is null
        ? "Write it with its country, such as +49 170 1234567, or set sms.region."
        : $"Write it with its country, such as +49 170 1234567, or as it is dialled in {region}.";
}
