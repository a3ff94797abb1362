using System.Collections.Frozen;

namespace Queqiao.Server.Platform.Security;

/// <summary>
/// Words and whole passwords that lead every published list of stolen ones (English, Chinese pinyin, keyboard rows), in lower case.
/// Short ones are here because <see cref="PasswordRules"/> also looks below digits and signs at both ends.
/// </summary>
internal static class CommonPasswords
{
    private const string List = """
        password passwort passw0rd passwd pass pwd secret letmein welcome admin administrator root user guest test testing tester demo default
        changeme changeit change login signin master access system manager server service support helpdesk office company business staff
        qwerty qwertz azerty qwertyuiop qwertyui asdfghjkl asdfgh asdf zxcvbnm zxcvbn zxcv qazwsx qazwsxedc wsxedc edcrfv rfvtgb qweasd qweasdzxc
        asdfqwer qwerasdf qwerasdfzxcv qweqwe asdasd zxczxc qweasdzxcvbn poiuytrewq lkjhgfdsa mnbvcxz qwaszx zaqwsx xswzaq asdzxc
        1qaz2wsx 1qaz2wsx3edc 1qaz2wsx3edc4rfv 2wsx3edc zaq12wsx zaq1zaq1 1q2w3e 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6
        qwe123 qwer1234 asd123 asdf1234 abc123 abcd1234 a1b2c3 a1b2c3d4 a1b2c3d4e5f6 aa123456 a123456 a123456789 aa123456789 qq123456 abc123456 abcd123456
        abc123abc123 abc123456789 abcdefg abcdefgh abcdef abcd abc aaa aaaa iloveyou iloveu loveyou lovely love forever lover mylove mylife trustno1 trustnoone
        dragon monkey tiger lion eagle falcon phoenix panther panda pony kitty hellokitty puppy bunny butterfly dolphin
        sunshine moonlight starlight rainbow flower summer winter spring autumn january february march april june july august september october november december
        monday tuesday wednesday thursday friday saturday sunday football baseball basketball soccer hockey tennis golf swimming liverpool
        arsenal chelsea barcelona realmadrid juventus manchester manutd lakers yankees cowboys steelers superman batman spiderman ironman starwars pokemon naruto
        onepiece pikachu matrix minecraft fortnite roblox warcraft counterstrike diablo zelda mario nintendo playstation
        michael michelle jennifer jessica jordan joshua andrew anthony charlie daniel david thomas robert william george matthew maggie ashley amanda
        nicole hannah samantha princess prince queen king angel angels jesus jesuschrist christ heaven godisgood blessed faith grace
        freedom liberty america england london paris berlin china beijing shanghai guangzhou shenzhen hangzhou chengdu nanjing wuhan tianjin chongqing hongkong taiwan
        zhongguo woaini woaini1314 woaini520 woaiwojia woaibaobao woaizhongguo wodemima mima mimamima nihao nihaoma nihaonihao xiexie zaijian baobei baobao
        laopo laogong mama baba mamababa babamama jiejie gege meimei didi tiantian kuaile xingfu pingan pinganshifu jiankang facai gongxifacai wansui
        zhangwei wangwei wangfang liwei lina zhangmin lijing wangjing zhangli liuyang xiaoming xiaohong xiaoli xiaowang zhangsan lisi wangwu
        woshishui buzhidao wobuzhidao caonima nimabi shabi dajiahao tianya taobao alipay zhifubao weixin wechat weibo douyin tencent alibaba baidu huawei xiaomi
        kefu kefu123 kefuzhongxin guanliyuan guanli gongsi xitong houtai queqiao queqiaokefu magpiebridge
        google facebook twitter instagram linkedin youtube microsoft windows apple iphone samsung android amazon netflix yahoo hotmail gmail internet computer laptop
        whatever nothing something somebody nobody anything everything hello helloworld hellohello goodbye goodmorning goodluck thankyou please
        cookie chocolate cheese coffee banana orange pepper ginger hunter shadow killer ninja samurai soldier warrior hacker hacking stargate
        mustang ferrari porsche corvette mercedes harley yamaha honda toyota camaro maverick ranger
        silver golden diamond purple yellow black white green blue red orchid jasmine rosebud lilly daisy
        biteme fuckyou fuckoff asshole bitch pussy whocares letmein1234 opensesame abracadabra sesame
        thisismypassword mypassword mypasswordis newpassword oldpassword yourpassword thepassword nopassword passwordispassword password123password ilovemypassword
        correcthorsebatterystaple correct horse battery staple correcthorse batterystaple correct-horse-battery-staple correct.horse.battery.staple
        temppassword temporary temp123 initial initialpassword firstpassword userpassword adminadmin adminpassword adminuser rootroot rootpassword superuser superadmin supersecret
        customerservice customer service1234 callcenter callcentre contactcenter helpcenter agent agents agent007 supervisor operator
        p@ssw0rd p@ssword pa$$word pa$$w0rd pa55word pa55w0rd passw@rd
        123456789 1234567890 12345678910 123456789123 123456789012 1234567891011 123123123123 112233445566 121212121212 123321123321 147258369 147258369147 147852369 159357 159357456852
        741852963 789456123 789456123000 963852741 987654321 987654321000 111222333444 123654789 101010101010 102030405060 123456654321 1234554321 12344321 010203040506
        135792468 1357924680 246813579 314159265358 3141592653589 271828182845 520131452013 5201314 5201314520 13145201314 1314520 7758521 7758258 168168168168 888888888888 666666666666
        000000000000 111111111111 222222222222 333333333333 555555555555 777777777777 999999999999 123456qwerty qwerty123456 123456abcdef abcdef123456 123456asdfgh asdfgh123456
        1234qwerasdf 1234qwer 12345qwert qwert12345 123qweasdzxc 123qweasd 123qwe 123qwe123qwe qwe123qwe123 123abc 123abc123abc 12qwaszx 12qw34er 12qw34er56ty !qaz2wsx !qaz@wsx
        !qaz2wsx3edc !qaz@wsx#edc 1qaz@wsx 1qaz!qaz zxcvbnm123 zxcvbnm1234 asdfghjkl123 qwertyuiop123 1234567890qwertyuiop 0987654321 09876543210 poiuytrewq0987654321 q1w2e3r4t5y6u7 1a2b3c4d5e6f 1a2b3c4d
        """;

    private static readonly FrozenSet<string> Words =
        List.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> BySpan = Words.GetAlternateLookup<ReadOnlySpan<char>>();

    public static int Count => Words.Count;

    public static bool Listed(ReadOnlySpan<char> lowerCase) => BySpan.Contains(lowerCase);
}
