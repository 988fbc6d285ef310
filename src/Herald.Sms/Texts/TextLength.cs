namespace Herald.Sms.Texts;

/// <summary>
/// How many parts a text message has, from 3GPP TS 23.038 (the GSM alphabet and its extension) and TS 23.040 (parts of a long message).
/// </summary>
/// <param name="IsGsm">All characters are in the GSM alphabet, so a part has 160 of them; otherwise it has 70 of UTF-16.</param>
/// <param name="Units">The characters, where those of the extension count twice.</param>
public readonly record struct TextLength(bool IsGsm, int Units, int Segments)
{
    private const int OneGsm = 160, ManyGsm = 153, OneWide = 70, ManyWide = 67;

    private const string Alphabet =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ "
        + "!\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    /// <summary>Each is written as an escape and a second character, and both stand in the same part.</summary>
    private const string Extension = "\f^{}\\[~]|€";

    private static readonly System.Buffers.SearchValues<char> Gsm = System.Buffers.SearchValues.Create(Alphabet + Extension);

    public static TextLength Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAnyExcept(Gsm)
            ? Count(text, isGsm: false, OneWide, ManyWide)
            : Count(text, isGsm: true, OneGsm, ManyGsm);
    }

    private static TextLength Count(string text, bool isGsm, int one, int many)
    {
        var (units, segments, inPart) = (0, 1, 0);
        for (var i = 0; i < text.Length; i++)
        {
            var pair = !isGsm && char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            var width = pair || (isGsm && Extension.Contains(text[i], StringComparison.Ordinal)) ? 2 : 1;
            if (pair)
                i++;
            units += width;
            // A character is never split between two parts.
            if (inPart + width > many)
                (segments, inPart) = (segments + 1, 0);
            inPart += width;
        }
        return new(isGsm, units, units <= one ? 1 : segments);
    }
}
