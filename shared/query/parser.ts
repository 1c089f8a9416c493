// Made from query.grammar by `npm run grammar`; do not edit.
import {LRParser} from "@lezer/lr"
import {tokens} from "./tokens.ts"
export const parser = LRParser.deserialize({
  version: 14,
  states: "+^QVQQOOOOQQ'#Cq'#CqOtQQO'#CrO!cQQO'#CsO!hQQO'#CtOOQQ'#DW'#DWOOQQ'#C}'#C}OVQQO'#CvOOQQ'#DV'#DVO!mQRO'#DUOOQQ'#DU'#DUO!zQRO'#DTOOQQ'#DT'#DTQOQQOOO#SQQO,59^O#XQQO'#DUO#fQQO'#DTO$lQRO,59_O%qQRO,59`OOQQ-E6{-E6{OOQQ,59b,59bOOQQ'#DO'#DOOVQQO'#DOO%xQRO,59cOVQQO'#DPO&VQRO,59dOOQQ1G.x1G.xO&_QQO,59_O&fQQO,59`O&mQQO,59cO&zQQO,59dOOQQ'#DY'#DYO'zQRO'#DXO(RQQO'#DXOOQQ1G.y1G.yOOQQ'#D['#D[O)UQRO'#DZO)]QQO'#DZO*YQRO1G.zOOQQ,59j,59jOOQQ-E6|-E6|OOQQ,59k,59kOOQQ-E6}-E6}O*dQQO'#DXO*kQQO'#DZO*rQQO1G.zO(RQQO'#CyO+tQRO,59sO+{QQO,59sO)]QQO'#C{O-RQRO,59uO-YQQO,59uO.]QRO'#CuOOQQ7+$f7+$fO.dQQO,59sO.kQQO,59uO.rQQO'#CuOOQQ,59e,59eOOQQ-E6w-E6wO(RQQO'#CzO.yQQO1G/_OOQQ1G/_1G/_OOQQ,59g,59gOOQQ-E6y-E6yO)]QQO'#C|O/UQQO1G/aOOQQ1G/a1G/aOOQQ,59a,59aOOQQ,59f,59fOOQQ-E6x-E6xOOQQ7+$y7+$yOOQQ,59h,59hOOQQ-E6z-E6zOOQQ7+${7+${O/aQQO'#CsO/fQQO'#CtOtQQO'#CvOtQQO'#DOOtQQO'#DP",
  stateData: "/k~OuOS~OPTOQPORPOSROTSO]QOaUObUOcTO~OPTOQPORPOS!lOT!mO]QOaUObUOcTO~OUaO~OUbO~O_fO`xXtxX~PVO`hOtwX~O^jO~O_!oO^xX`xX~PtO`!pO^wX~OVoOWoOZqOPgaQgaRgaSgaTga]ga_ga`gaagabgacga~Otga~P#nOWsOXsOZuOPhaQhaRhaShaTha]ha_ha`haahabhacha~Otha~P$sO_fO`katka~PVO`hOtla~O^ga~P#nO^ha~P$sO_!oO^ka`ka~PtO`!pO^la~OY!OOP{XQ{XR{XS{XT{X]{X_{X`{Xa{Xb{Xc{X~Ot{X~P'SOVoOWoO~OY!ROP}XQ}XR}XS}XT}XU}X]}X_}X`}Xa}Xb}Xc}X~Ot}X~P(ZOWsOXsO~OPhiQhiRhiShiThi]hi_hi`hiahibhichi~OU!UOthi~P)eO^{X~P'SO^}X~P(ZOU!YO^hi~P)eOY!OOP{aQ{aR{aS{aT{a]{a_{a`{aa{ab{ac{a~Ot{a~P*|OY!]O[!_O`!]O~OY!ROP}aQ}aR}aS}aT}aU}a]}a_}a`}aa}ab}ac}a~Ot}a~P,WOY!bO[!dO`!bO~OV!eOPiXQiXRiXSiXTiX]iX_iX`iXaiXbiXciX~OtiX~P-eO^{a~P*|O^}a~P,WO^iX~P-eOY!]O[!hO`!]O~OY!bO[!kO`!bO~OUkO~OUlO~O",
  goto: "&b!PPPPPPPPPPPPPPPPPPPPPP!Q!Q!Q!Q!`!d!p!v!z#U#[#f#l$O$YPPP$d$j$t%W%h%l%{&RiTOQVX_fghm!n!o!pT!Vv}eWOQX_fghm!o!pXYOQh!pT[OQQ!PpQ!W{T![!P!WQ!^!QR!g!^Q!StQ!X|T!a!S!XQ!c!TR!j!cYVOXfghScV!nZ!nQ_m!o!pQgXQm_TxgmQiZQn`TzinQ]OR^QQZOQ`QTyh!pSXOhS_Q!pWeX_gmTwf!odWOQX_fghm!o!pTdV!nTrakQpaQ{kQ!QqQ!Z!OR!f!]QvbR}lQtbQ|lQ!TuQ!`!RR!i!b",
  nodeNames: "⚠ Every Word Phrase Field ClassField Operator ValueWord ValuePhrase ClassName Pipe ListOpen ListClose GroupOpen GroupClose And Or Not Minus Stray Query Text Group Filter Filter Count Negation Conjunction Disjunction",
  maxTerm: 46,
  skippedNodes: [0],
  repeatNodeCount: 7,
  tokenData: "RORO",
  tokenizers: [0, tokens],
  topRules: {"Query":[0,20]},
  tokenPrec: 0
})
