"""Which households a message names. Every name is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.mentions import Known, Mention, Village
from ledger.pinyin import sounds, spellings

# name group kind alias …
LEDGER = """
张大山 3组 脱贫户 老张头
张大海 3组 一般户
张桂兰 5组 监测户
李有福 1组 脱贫户
李友富 5组 脱贫户
王秀英 2组 低保户
王秀英 6组 脱贫户
王建军 4组 一般户
刘长根 1组 监测户 刘瘸子
陈国栋 2组 一般户
陈阿婆 6组 特困户 陈婆婆
周德贵 4组 脱贫户
赵有根 1组 低保户
赵明亮 5组 一般户
孙二喜 3组 监测户 二喜子
卫东 3组 脱贫户
欧阳建国 5组 脱贫户
单桂芬 6组 监测户
解放军 1组 一般户 解老师
许家旺 6组 一般户
何满仓 1组 脱贫户
宋满仓 2组 脱贫户
金凤 3组 脱贫户
魏长明 5组 监测户 魏大爷
谢三娃 1组 脱贫户 三娃
汪成林 6组 低保户
彭桂枝 5组 脱贫户
巴图 4组 脱贫户
石老汉 2组 特困户
范永福 1组 脱贫户 老范
侯大勇 6组 一般户
侯二勇 6组 一般户
马德全 3组 脱贫户
马德泉 5组 一般户
高玉兰 6组 脱贫户
曾祥云 平坝组 脱贫户
唐有才 2组 一般户
田秀芳 5组 监测户
吕桂香 4组 监测户
"""


def read_ledger(text: str) -> list[Known]:
    rows = [line.split() for line in text.split("\n") if line]
    return [
        Known(at, name, group, kind, tuple(aliases))
        for at, (name, group, kind, *aliases) in enumerate(rows, 1)
    ]


HOUSEHOLDS = read_ledger(LEDGER)
VILLAGE = Village(HOUSEHOLDS)

# text → what is said = whom it fits (name and group where two share a name), "?" for nobody
CASES = {
    "full names": """
带赵明亮去医院 → 赵明亮=赵明亮
给张大海和张大山调解 → 张大海=张大海 张大山=张大山
1.张大山家房漏2.李有福没水 → 张大山=张大山 李有福=李有福
组长高玉兰说没水 → 高玉兰=高玉兰
今天走访张大山家，水管坏了 → 张大山=张大山
给李有福送了米面 → 李有福=李有福
李友富反映没水 → 李友富=李友富
张大山、张大海、张桂兰都在家 → 张大山=张大山 张大海=张大海 张桂兰=张桂兰
走访欧阳建国家 → 欧阳建国=欧阳建国
单桂芬说药费高 → 单桂芬=单桂芬
马德全和马德泉两家闹纠纷 → 马德全=马德全 马德泉=马德泉
张大山和李有福家的路要修 → 张大山=张大山 李有福=李有福
下午去许家旺家坐了会儿 → 许家旺=许家旺
住窑洞的赵有根(76岁)和老伴都拄拐 → 赵有根=赵有根
户主魏长明31岁在外打工 → 魏长明=魏长明
汪成林,50多岁单身,常年有病 → 汪成林=汪成林
已叫田秀芳在县城办 → 田秀芳=田秀芳
到南布拉格嘎查三队,巴图家男的风湿重 → 巴图=巴图
去五保户石老汉家看房 → 石老汉=石老汉
石老汉家翻建两间要5万 → 石老汉=石老汉
卫东来村委会交医保 → 卫东=卫东
下午去卫东家 → 卫东=卫东
金凤说没水 → 金凤=金凤
看望陈阿婆 → 陈阿婆=陈阿婆
""",
    "the same name twice": """
走访王秀英家 → 王秀英=王秀英2组,王秀英6组
走访2组王秀英家 → 王秀英=王秀英2组
六组的王秀英反映没水 → 王秀英=王秀英6组
王秀英（2组）家没水 → 王秀英=王秀英2组
王秀英(6组)说没水 → 王秀英=王秀英6组
第二村民小组王秀英家 → 王秀英=王秀英2组
6社王秀英家 → 王秀英=王秀英6组
到6组走访王秀英家 → 王秀英=王秀英6组
去2组，看了王秀英 → 王秀英=王秀英2组
低保户王秀英家 → 王秀英=王秀英2组
""",
    "aliases": """
老张头说没水 → 老张头=张大山
魏大爷家屋顶修好了 → 魏大爷=魏长明
到老范家，六口人 → 老范=范永福
三娃反映路坏了 → 三娃=谢三娃
去刘瘸子家看看 → 刘瘸子=刘长根
解老师说孩子上学难 → 解老师=解放军
二喜子的低保批了 → 二喜子=孙二喜
陈婆婆家漏雨 → 陈婆婆=陈阿婆
""",
    "given names": """
大勇家没水 → 大勇=侯大勇
秀英婶说没水 → 秀英=王秀英2组,王秀英6组
给满仓叔送药 → 满仓=何满仓,宋满仓
5组大山家 → 大山=?
队员明亮去县里 →
走访满仓家 → 满仓=何满仓,宋满仓
去大山家看了水管 → 大山=张大山
大山说水管坏了 → 大山=张大山
秀英家没水 → 秀英=王秀英2组,王秀英6组
桂枝反映没收到钱 → 桂枝=彭桂枝
去建国家送煤 → 建国=欧阳建国
给有才家送了化肥 → 有才=唐有才
下午去玉兰家 → 玉兰=高玉兰
走访德贵，药费高 → 德贵=周德贵
去1组满仓家 → 满仓=何满仓
""",
    "given names that are words": """
去大山屋里坐了会 → 大山=张大山
到大山里看水源 →
大山里信号不好 →
解放军来了 →
解放军帮村里修路 →
去解放军家 → 解放军=解放军
走访解放军，家里漏雨 → 解放军=解放军
去解放军医院看病 →
他有才干，能带头 →
村里有才的年轻人 →
明亮的教室 →
教室宽敞明亮 →
明亮家水管漏 → 明亮=赵明亮
今年粮食满仓 →
看大海 →
庆祝建国七十周年 →
有福利可以领 →
种了一片玉兰树 →
""",
    "surname and age": """
到 一组 老赵家 坐了半小时 → 老赵=赵有根
到 三组 老谢家 坐了坐 → 老谢=?
老马新电话记一下 → 老马=马德全,马德泉
老马、老高挨个敲了门 → 老马=马德全,马德泉 老高=高玉兰
老唐头家漏雨 → 老唐头=唐有才
和老石聊了聊 → 老石=石老汉
老金家没水 → 老金=金凤
村东头吕家没水 → 吕=吕桂香
江家没水 → 江=?
赵家那口井干了 → 赵=赵有根,赵明亮
小张来了 →
老单说药费高 → 老单=单桂芬
走访老周 → 老周=周德贵
老魏家漏雨 → 老魏=魏长明
老张说没水 → 老张=张大山,张大海,张桂兰
3组老张家漏雨 → 老张=张大山,张大海
三组的老张 → 老张=张大山,张大海
五组张家水管坏了 → 张=张桂兰
5社的老张家 → 老张=张桂兰
第五村民小组老张 → 老张=张桂兰
5队老张家 → 老张=张桂兰
平坝组老曾家 → 老曾=曾祥云
平坝组的曾家没水 → 曾=曾祥云
1组老张家 → 老张=?
监测户老张 → 老张=张桂兰
周大爷说没水 → 周大爷=周德贵
帮李婶收土豆 → 李婶=李有福,李友富
王大娘要看病 → 王大娘=王秀英2组,王秀英6组,王建军
陈奶奶摔了一跤 → 陈奶奶=陈国栋,陈阿婆
赵大叔家没水 → 赵大叔=赵有根,赵明亮
看望汪老汉 → 汪老汉=汪成林
问吕嫂，她说没收到 → 吕嫂=吕桂香
彭师傅家没水 → 彭师傅=彭桂枝
欧阳大爷家没水 → 欧阳大爷=欧阳建国
老欧阳家没水 → 老欧阳=欧阳建国
侯家兄弟说井没水 → 侯=侯大勇,侯二勇
丁家夫妻58岁,一个糖尿病 → 丁=?
张家厕所没水 → 张=张大山,张大海,张桂兰
许家老二在外打工 → 许=许家旺
人在三组王家 → 王=?
赵家房顶漏,孙家没事 → 赵=赵有根,赵明亮 孙=孙二喜
侯老四家没水 → 侯老四=侯大勇,侯二勇
去高家看看 → 高=高玉兰
老高说没水 → 老高=高玉兰
""",
    "kin": """
大山他爸住院了 → 大山=张大山
张大山的孙子没上学 → 张大山=张大山
田秀芳儿子打工回来 → 田秀芳=田秀芳
魏大爷老伴病了 → 魏大爷=魏长明
彭桂枝她妈摔了 → 彭桂枝=彭桂枝
老单家儿媳妇说没水 → 老单=单桂芬
吕桂香爱人住院 → 吕桂香=吕桂香
满仓他爸说没水 → 满仓=何满仓,宋满仓
孙二喜老婆要看病 → 孙二喜=孙二喜
周德贵家老二退学了 → 周德贵=周德贵
""",
    "pinyin": """
zds家没水 → zds=张大山
ZDS说没水 → ZDS=张大山
走访zhangdashan → zhangdashan=张大山
zhang dashan家漏雨 → zhang dashan=张大山
Zhang Da Shan家 → Zhang Da Shan=张大山
去sgf家 → sgf=单桂芬
xfj家没水 → xfj=解放军
zengxiangyun家 → zengxiangyun=曾祥云
wxy说没水 → wxy=王秀英2组,王秀英6组
lv guixiang家 → lv guixiang=吕桂香
走了5km，学app 30min →
wifi坏了，OK，做ppt →
""",
    "slips": """
李有富屋门口的桥板断了 → 李有富=李有福,李友富
遮有根他娘瘫床上 → 遮有根=赵有根
走访候大勇家 → 候大勇=侯大勇
走访程国栋家 → 程国栋=?
走访陈国东家 → 陈国东=陈国栋
走访赵明良家 → 赵明良=赵明亮
张桂岚家没水 → 张桂岚=张桂兰
张大三家的水管坏了 → 张大三=张大山
走访遮有根家 → 遮有根=赵有根
魏长鸣反映没水 → 魏长鸣=魏长明
给桂枝彭家送煤 → 桂枝彭=彭桂枝
走访周得贵 → 周得贵=周德贵
去王成林家 → 王成林=汪成林
走访马得全家 → 马得全=马德全,马德泉
单桂分说药费高 → 单桂分=单桂芬
看望李有富 → 李有富=李有福,李友富
找李友福问了 → 李友福=李有福,李友富
走访张大山、田秀方、吕贵香 → 张大山=张大山 田秀方=田秀芳 吕贵香=吕桂香
走访欧阳见国家 → 欧阳见国=欧阳建国
""",
    "not on the ledger": """
走访李四家、王五家 → 李四=? 王五=?
村民李大明反映没水 → 李大明=?
王金凤说没水 → 王金凤=?
村民王某反映没水 → 王某=?
侯勇家没水 → 侯勇=?
走访钱老四，他家没水 → 钱老四=?
走访钱老四家 → 钱老四=?
看望郝大娘 → 郝大娘=?
今天走访钱有富家 → 钱有富=?
走访王某某家，反映自来水断了 → 王某某=?
慰问郝春花和老人 → 郝春花=?
张桂莲家没水 → 张桂莲=?
走访王建国家 → 王建国=?
王满仓说没水 → 王满仓=?
监测户苏小燕收入不稳 → 苏小燕=?
户主潘志高在外打工 → 潘志高=?
郝春花家房子漏 → 郝春花=?
答应郝春花，下周修 → 郝春花=?
找贾六问了 → 贾六=?
走访诸葛明家 → 诸葛明=?
走访张大山、郝春花、李有福 → 张大山=张大山 郝春花=? 李有福=李有福
秦家房子五间漏风 → 秦=?
到独居老人尹大爷家,没水 → 尹大爷=?
下午帮耿老汉收土豆 → 耿老汉=?
""",
    "officials and colleagues": """
村干部王国强说明天开会 →
和刘国强、王小红一起入户 →
帮扶责任人李大明说没空 →
第一书记王国强家访 →
给施工方说了 →
王书记来村里 →
跟李镇长汇报 →
找马主任，办低保 →
张队长安排走访 →
李医生说要住院 →
陈老师来家访 →
今天4人在岗，小李轮休 →
工作已交小王 →
队员小王去县里 →
包村干部老刘来了 →
李局来检查 →
王站长说明天送水 →
上午跟韩主任下地 →
跟崔组委把村走了一遍 →
组长老黄带人查水源 →
叶书记说鞋底又走开胶了 →
王建国书记来调研 →
老张书记来了 →
""",
    "places": """
到张家湾看路 →
李家沟的路断了 →
去王家组开会 →
赵家村没水 →
罗家岩的路要修 →
郭家新湾的路全村最差 →
给后冯家山的包户送西瓜 →
去石桥镇开会 →
孟有良自然村那口井打到80多米 →
到张家口看病 →
到李庄，路不好走 →
""",
    "ordinary words": """
金凤凰旅店开业 →
高兴地说 →
曾经说过 →
保卫东线 →
高血压、高龄老人 →
老党员老路老毛病老区 →
老乡说没水，老人说药贵 →
老百姓都说好，老支书很热情 →
大家都在，人家不来 →
国家政策好，农家书屋开了 →
自家地里，我家没水 →
回家，家家户户，一家一户 →
几家没交，各家都清，全家搬家 →
请了专家，回老家，去娘家 →
公家的东西，东家借西家 →
店家厂家商家都来了，住家近，当家人 →
厕所没水，很高兴，不方便 →
安全检查，马上修，金额不对 →
石头路难走，田里没水，江边塌了 →
钟头不够，时间紧，任务重 →
上党课，常年在外，成立合作社 →
和他说，于是没水，水管坏了 →
儿子快三十没成家 →
安家落户，养家难，离家远 →
找施工队来修 →
给孙子交学费 →
全村贫困户、脱贫户、监测户 →
今天走访12户 →
去任何家庭都要登记 →
下周家访 →
学习40分钟，走访5户 →
老党员会议，老房子漏，老路难走 →
提高家庭收入 →
周边户反映路难走 →
看水管，去高山，找方法 →
许多人说没水 →
向国家申请补助 →
走访单人户、单身户 →
养殖户、种植户、农户都问了 →
给老人送药，帮老乡收土豆 →
去县里开会，到镇里办事 →
""",
}


def told(mention: Mention) -> str:
    """said=name, with the group where two of the ledger share the name."""
    names = [one.name for one in HOUSEHOLDS]
    fits = [one.name + one.group * (names.count(one.name) > 1) for one in mention.fits]
    return f"{mention.said}={','.join(fits) or '?'}"


ROWS = [
    pytest.param(*(part.strip() for part in line.split("→")), id=f"{topic}: {line}")
    for topic, lines in CASES.items()
    for line in lines.strip().split("\n")
]


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_case(text: str, expected: str) -> None:
    assert " ".join(told(one) for one in VILLAGE.mentions(text)) == expected


def test_where_it_stands() -> None:
    text = "今天去3组老张家，大山他爸和侯家儿媳妇、王秀英（2组）都在"
    spans = [(text[one.start : one.end], one.how) for one in VILLAGE.mentions(text)]
    assert spans == [
        ("3组老张家", "old"),
        ("大山他爸", "kin"),
        ("侯家儿媳妇", "kin"),
        ("王秀英（2组）", "name"),
    ]


HOWS = {
    "走访张大山家": "name", "走访三娃家": "alias", "走访大山家": "given", "走访老魏": "old",
    "走访大山他妈": "kin", "走访zds": "pinyin", "走访张大三家": "sound", "走访钱老四": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("text", HOWS)
def test_how(text: str) -> None:
    assert [one.how for one in VILLAGE.mentions(text)] == [HOWS[text]]


def test_an_empty_ledger_still_sees_new_names() -> None:
    assert [(one.said, one.fits) for one in Village([]).mentions("走访钱有富家")] == [
        ("钱有富", ())
    ]


def test_odd_ledgers() -> None:
    odd = [
        Known(1, ""),
        Known(2, "张"),
        Known(3, "长" * 50),
        Known(4, "ABC"),
        Known(5, "阿依古丽·买买提"),
    ]
    village = Village([*odd, Known(6, "张三", "", "", ("", "三"))])
    assert [one.fits for one in village.mentions("走访张三家、阿依古丽·买买提家")] == [
        (Known(6, "张三", "", "", ("", "三")),),
        (odd[4],),
    ]


SURNAMES = """
单桂芬 shan 解放军 xie 仇二 qiu 曾祥云 zeng 查明 zha 区大 ou 盖新 ge
翟明 zhai 朴三 piao 缪四 miao 员五 yun 覃六 qin 冼星 xian 乐天 yue
任大 ren 华明 hua 宁海 ning 尉迟恭 yuchi 万俟明 moqi 长孙明 zhangsun
"""


def test_surnames_are_read_as_surnames() -> None:
    words = SURNAMES.split()
    for name, spelled in zip(words[::2], words[1::2], strict=True):
        assert any(one.startswith(spelled) for one in spellings(name)), name


def test_slips_of_the_keyboard_sound_the_same() -> None:
    for one, other in ("三山", "陈程", "赵造", "李你", "张脏", "鸣明"):
        assert set(sounds(one)) & set(sounds(other)), one + other


PARTS = (
    "张大山 李有福 老 家 户 3组 三社 走访 去 、 和 ， 。 他爸 的孙子 说 zds zhang 某某 老四 大爷 王 高 "
    "（2组） 桂枝 满仓 监测户 解放军 \n 😀 ａ １"
)
WORDS = st.sampled_from(PARTS.split(" "))
TEXTS = st.text(max_size=60) | st.lists(WORDS, max_size=30).map("".join)


@given(TEXTS)
def test_any_text(text: str) -> None:
    found = VILLAGE.mentions(text)
    assert found == VILLAGE.mentions(text)
    done = 0
    for one in found:
        assert done <= one.start < one.end <= len(text)
        assert one.said
        assert one.said in text[one.start : one.end]
        done = one.end


class CountingVillage(Village):
    looks = 0

    def _at(self, read, at):
        self.looks += 1
        return super()._at(read, at)


@pytest.mark.parametrize(
    "part", ["张大", "家", "和", "3组", "a ", "老", "张大山家、", "3组老张他爸"]
)
def test_ten_thousand_characters(part: str) -> None:
    village = CountingVillage(HOUSEHOLDS)
    text = (part * 10_000)[:10_000]
    found = village.mentions(text)
    assert village.looks <= len(text)
    assert all(one.end - one.start < 40 for one in found)
