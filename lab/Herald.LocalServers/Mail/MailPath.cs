using System.Globalization;

namespace Herald.LocalServers.Mail;

/// <summary>The argument of MAIL and RCPT: an address in brackets, and parameters (RFC 5321, section 4.1.2).</summary>
internal sealed record MailPath(string Address, string Parameters)
{
    public bool IsAscii => Address.All(char.IsAscii);

    /// <param name="keyword">FROM: or TO:.</param>
    public static MailPath? Parse(string keyword, string argument)
    {
        if (!argument.StartsWith(keyword, StringComparison.OrdinalIgnoreCase))
            return null;
        var path = argument[keyword.Length..].Trim();
        var end = path.LastIndexOf('>');
        if (path is not ['<', ..] || end < 0)
            return null;
        var address = path[1..end];
        return address.Any(c => char.IsControl(c) || c is ' ' or '<' or '>') ? null : new(address, path[(end + 1)..].Trim());
    }

    /// <summary>The size that the client says (RFC 1870), or 0.</summary>
    public static long SizeOf(string parameters) =>
        parameters.Split(' ').Where(one => one.StartsWith("SIZE=", StringComparison.OrdinalIgnoreCase))
            .Select(one => long.Parse(one["SIZE=".Length..], CultureInfo.InvariantCulture)).FirstOrDefault();

    /// <summary>The limit that an extension says: <c>SIZE 1000</c>. Any other one has none.</summary>
    public static long LimitOf(string extension) =>
        extension.StartsWith("SIZE ", StringComparison.Ordinal) ? long.Parse(extension["SIZE ".Length..], CultureInfo.InvariantCulture)
            : long.MaxValue;
}
