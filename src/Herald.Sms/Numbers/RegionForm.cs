using Herald.Engine.Basics;
using PhoneNumbers;

namespace Herald.Sms.Numbers;

/// <summary>The form of a country in the settings.</summary>
public sealed class RegionForm : ISettingForm
{
    private RegionForm() { }

    public static string Rule => "A country by its two letters in ISO 3166, such as DE, GB or US.";

    public static bool Accepts(string text) => PhoneNumberUtil.GetInstance().GetSupportedRegions().Contains(text);
}
