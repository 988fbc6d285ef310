using Herald.Sms.Numbers;

namespace Herald.Sms.Tests;

public sealed class NumberTests
{
    [Theory]
    [InlineData(null, "+49 170 1234567", "+491701234567")]
    [InlineData(null, "+49 (0) 170/123-4567", "+491701234567")]
    [InlineData(null, "+1 202-555-0143", "+12025550143")]
    [InlineData(null, "+44 7400 123456", "+447400123456")]
    [InlineData("DE", "0170 1234567", "+491701234567")]
    [InlineData("DE", "0049 170 1234567", "+491701234567")]
    [InlineData("DE", "+44 7400 123456", "+447400123456")]
    [InlineData("US", "(202) 555-0143", "+12025550143")]
    [InlineData("GB", "07400 123456", "+447400123456")]
    // No known range has it. Ranges are opened every month, so the gateway decides.
    [InlineData(null, "+1 555 555 0143", "+15555550143")]
    [InlineData(null, "+49 199 1234567", "+491991234567")]
    // Businesses in North America write and read text messages with such numbers.
    [InlineData("US", "(800) 234-5678", "+18002345678")]
    public void Numbers_are_read_as_people_write_them(string? region, string text, string number) =>
        Assert.Equal((number, null), new PhoneNumberReader(region).Read(text));

    [Theory]
    [InlineData(null, "0170 1234567", "no country")]
    [InlineData(null, "", "has digits")]
    [InlineData(null, "+", "has digits|no phone number")]
    [InlineData(null, "+49", "no phone number|no such number")]
    [InlineData(null, "+49 170", "no such number")]
    [InlineData(null, "+999 170 1234567", "no country")]
    [InlineData(null, "+49 170 1234567890123", "no such number|no phone number")]
    [InlineData(null, "ann@example.com", "has digits")]
    [InlineData(null, "1-800-FLOWERS", "has digits")]
    [InlineData(null, "+49 170 1234567 ext. 5", "has digits")]
    [InlineData(null, "+49 170 1234567\r\nX: y", "has digits")]
    [InlineData(null, "+49 170 1234567\0", "has digits")]
    [InlineData(null, "+٤٩ ١٧٠", "has digits")]
    [InlineData("DE", "112", "no such number|no phone number")]
    [InlineData("DE", "0800 1234567", "service number")]
    [InlineData("DE", "0900 1 234567", "service number|no such number")]
    public void What_is_no_number_is_refused_with_a_reason(string? region, string text, string reasons)
    {
        var (number, problem) = new PhoneNumberReader(region).Read(text);
        Assert.Null(number);
        Assert.Contains(reasons.Split('|'), reason => problem!.Contains(reason, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', problem!);
    }

    /// <summary>Whatever the text is: it is a number in one form, or a problem.</summary>
    [Fact]
    public void Any_text_is_a_number_or_a_problem()
    {
        var random = new Random(9);
        const string Characters = "0123456789+ -./()abé\0\r\n;,#*\u202e";
        for (var round = 0; round < 20_000; round++)
        {
            var used = round % 2 == 0 ? 16 : Characters.Length;
            var text = string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => Characters[random.Next(used)]));
            var (number, problem) = new PhoneNumberReader(round % 3 == 0 ? "DE" : null).Read(text);
            Assert.NotEqual(number is null, problem is null);
            if (number is not null)
                Assert.Matches(@"^\+[1-9][0-9]{3,14}$", number);
        }
    }

    [Theory]
    [InlineData("DE", true)]
    [InlineData("US", true)]
    [InlineData("de", false)]
    [InlineData("ZZ", false)]
    [InlineData("Germany", false)]
    public void A_region_is_a_country(string text, bool accepted) => Assert.Equal(accepted, RegionForm.Accepts(text));
}
